
"use strict";
// Every value reaches the page through textContent, so none is ever read as markup.
const data = JSON.parse(document.getElementById("data").textContent);
const STEP = 200; // rows drawn at once: 5,000 at once take seconds
const number = new Intl.NumberFormat("en");
const state = { key: "score", sign: -1, find: "", tier: "", rows: STEP };

function make(tag, text, className) {
  const node = document.createElement(tag);
  if (text !== undefined && text !== null) node.textContent = text;
  if (className) node.className = className;
  return node;
}

function shown(value) {
  if (typeof value === "number") return Number.isInteger(value) ? number.format(value) : String(value);
  return value === null || value === undefined ? "" : String(value);
}

function tier(name) {
  return make("span", name, "tier tier-" + name);
}

// ``digits`` has, per column, the decimals of its numbers; none means whole numbers or as they are.
function table(headings, rows, digits = []) {
  const node = make("table");
  if (headings.length) {
    const head = node.createTHead().insertRow();
    headings.forEach((heading, n) => {
      const cell = make("th", heading, rows.length && typeof rows[0][n] === "number" ? "number" : "");
      cell.scope = "col";
      head.append(cell);
    });
  }
  const body = node.createTBody();
  for (const row of rows) {
    const line = body.insertRow();
    row.forEach((value, n) => fill(line.insertCell(), value, digits[n]));
  }
  const around = make("div", null, "scroll");
  around.append(node);
  return around;
}

function fill(cell, value, digits) {
  if (value instanceof Node) { cell.append(value); return; }
  cell.textContent = typeof value === "number" && digits !== undefined ? value.toFixed(digits) : shown(value);
  if (typeof value === "number") cell.className = "number";
  else if (cell.textContent.length > 24) cell.className = "long";
}

function narrow(node) {
  node.classList.add("narrow");
  return node;
}

function detail(ring) {
  const found = data.details[ring.index];
  const box = make("div", null, "inside");
  if (!found) {
    box.append(make("p", "Left out to keep this page small. Ask: linkage ring DIR " + ring.id, "dim"));
    return box;
  }
  box.append(make("p", shown(ring.events) + " events from " + (ring.first || "?") + " to " + (ring.last || "?")
    + (ring.profile ? "; " + ring.profile : ""), "dim"));
  box.append(make("h3", "What holds it together (first " + found.identifiers.length + ")"));
  box.append(table(["accounts of the ring that", "family", "in ring", "of all", "coverage", "bits"],
    found.identifiers, [, , , , 3, 1]));
  box.append(make("h3", "Members (first " + number.format(found.members.length) + " of " + number.format(ring.n) + ")"));
  box.append(table(["account", "confidence", "role", "tier", "bits", "reasons"], found.members, [, 3, , , 2]));
  return box;
}

const COLUMNS = [
  ["id", "ring"], ["n", "accounts"], ["score", "score"], ["tier", "tier"],
  ["lineage", "lineage"], ["families", "families"], ["reason", "why this tier"],
];
const TIERS = data.tiers.map((row) => row.tier);

function order(left, right) {
  let a = left[state.key], b = right[state.key];
  if (state.key === "tier") { a = TIERS.indexOf(a); b = TIERS.indexOf(b); }
  return state.sign * (a < b ? -1 : a > b ? 1 : 0) || left.index - right.index;
}

function chosen() {
  const find = state.find.toLowerCase();
  return data.rings.filter((ring) => (!state.tier || ring.tier === state.tier)
    && (!find || (ring.id + " " + ring.reason + " " + ring.families + " " + ring.lineage).toLowerCase().includes(find)))
    .sort(order);
}

function ringRow(body, ring) {
  const line = body.insertRow();
  const place = make("details");
  place.append(make("summary", ring.id));
  line.insertCell().append(place);
  for (const [key] of COLUMNS.slice(1)) {
    const cell = line.insertCell();
    fill(cell, key === "tier" ? tier(ring.tier) : ring[key], key === "score" ? 3 : undefined);
  }
  place.addEventListener("toggle", () => {
    line.classList.toggle("open", place.open);
    if (place.open) {
      const under = body.insertRow(line.sectionRowIndex + 1);
      under.className = "open";
      const cell = under.insertCell();
      cell.colSpan = COLUMNS.length;
      cell.append(detail(ring));
    } else {
      line.nextElementSibling.remove();
    }
  });
}

function drawRings() {
  const rings = chosen();
  const node = make("table");
  const head = node.createTHead().insertRow();
  for (const [key, heading] of COLUMNS) {
    const cell = make("th", null, key === "n" || key === "score" ? "number" : "");
    cell.scope = "col";
    if (state.key === key) cell.setAttribute("aria-sort", state.sign > 0 ? "ascending" : "descending");
    const button = make("button", heading);
    button.type = "button";
    button.addEventListener("click", () => {
      state.sign = state.key === key ? -state.sign : (key === "n" || key === "score" ? -1 : 1);
      state.key = key;
      drawRings();
      document.querySelector("#rings th[aria-sort] button").focus();
    });
    cell.append(button);
    head.append(cell);
  }
  const body = node.createTBody();
  for (const ring of rings.slice(0, state.rows)) ringRow(body, ring);
  const around = make("div", null, "scroll");
  around.append(node);
  document.getElementById("rings").replaceChildren(around);
  document.getElementById("shown").textContent = number.format(Math.min(rings.length, state.rows)) + " of "
    + number.format(rings.length) + " rings" + (data.n_rings > data.rings.length
      ? "; this page holds the first " + number.format(data.rings.length) + " of " + number.format(data.n_rings) : "");
  document.getElementById("more").hidden = rings.length <= state.rows;
}

// Any value of the manifest as something to read: lists of rows as tables, the rest as pairs.
function facts(value) {
  if (Array.isArray(value)) {
    const rows = value.filter((row) => row && typeof row === "object" && !Array.isArray(row));
    if (!rows.length) return make("span", value.map(shown).join(", "));
    const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
    return narrow(table(names, rows.map((row) => names.map((name) => plain(row[name])))));
  }
  if (value && typeof value === "object") {
    return narrow(table([], Object.keys(value).map((name) => [name, plain(value[name])])));
  }
  return make("span", shown(value));
}

function plain(value) {
  return value && typeof value === "object" ? facts(value) : value;
}

function drawRun() {
  const place = document.getElementById("run");
  const single = {};
  for (const [name, value] of Object.entries(data.manifest)) {
    if (value === null || typeof value !== "object") { single[name] = value; continue; }
    const part = make("details");
    part.append(make("summary", name.replaceAll("_", " ")), facts(value));
    place.append(part);
  }
  place.prepend(facts(single));
}

document.title = data.title;
document.getElementById("title").textContent = data.title;
document.getElementById("summary").textContent = number.format(data.n_accounts) + " accounts in rings"
  + (data.manifest.run_id ? ", run " + data.manifest.run_id : "");
document.getElementById("tiers").append(narrow(table(["tier", "rings", "accounts"],
  data.tiers.map((row) => [tier(row.tier), row.n_rings, row.n_accounts]))));
data.rings.forEach((ring, index) => { ring.index = index; });
for (const name of TIERS) document.getElementById("tier").append(new Option(name, name));
document.getElementById("find").addEventListener("input", (event) => {
  state.find = event.target.value; state.rows = STEP; drawRings();
});
document.getElementById("tier").addEventListener("change", (event) => {
  state.tier = event.target.value; state.rows = STEP; drawRings();
});
document.getElementById("more").addEventListener("click", () => { state.rows += STEP; drawRings(); });
drawRings();
drawRun();
