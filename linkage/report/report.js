
const state = { key: "score", sign: -1, find: "", tier: "", rows: STEP };

function pageLink(ring) {
  const link = make("a", "its page", "screen");
  link.href = ring.page;
  link.setAttribute("aria-label", "Page of " + ring.id);
  return link;
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
  ["id", "ring"], ["n", "accounts", true], ["score", "score", true], ["tier", "tier"],
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
  const first = line.insertCell();
  first.append(place);
  if (ring.page) first.append(pageLink(ring));
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
  node.dataset.place = "rings";
  sortedHead(node, COLUMNS, state, drawRings);
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

function drawGates() {
  const place = document.getElementById("gates");
  const gates = data.manifest.gates || {}, drift = data.manifest.drift;
  const closed = gates.closed || [];
  place.append(make("p", closed.length
    ? (gates.accepted ? "Published by a person although a gate was closed:" : "Not to be published, a gate is closed:")
    : gates.closed ? "Every gate is open." : "Few enough rows are bad. A nightly run compares with the nights before, too."));
  if (closed.length) {
    const list = make("ul");
    for (const gate of closed) list.append(make("li", gate.what));
    place.append(list);
  }
  if (drift && drift.length) {
    place.append(narrow(table(["number", "usual", "tonight"], drift.map((row) => [row.what, row.usual, row.tonight]))));
  } else if (drift) {
    place.append(make("p", "There is no night before to compare with.", "dim"));
  }
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
const lineages = [...new Set(data.changed.map((row) => row.lineage))];
document.getElementById("changed").append(narrow(table(["lineage", ...TIERS], lineages.map((name) => [name,
  ...TIERS.map((one) => (data.changed.find((row) => row.lineage === name && row.tier === one) || { n: 0 }).n)]))));
drawGates();
if (data.map.length) loadVega().then(() => drawChart("map", data.specs.map, { map: data.map }));
