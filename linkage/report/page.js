"use strict";
// Every value reaches a page through textContent, so none is ever read as markup.
const data = JSON.parse(document.getElementById("data").textContent);
const STEP = 200; // rows drawn at once: 5,000 at once take seconds
const number = new Intl.NumberFormat("en");

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

// A row of headings that sort; ``choose`` gets the key of the one that was pressed.
function sortedHead(node, columns, state, choose) {
  const head = node.createTHead().insertRow();
  for (const [key, heading, isNumber] of columns) {
    const cell = make("th", null, isNumber ? "number" : "");
    cell.scope = "col";
    if (state.key === key) cell.setAttribute("aria-sort", state.sign > 0 ? "ascending" : "descending");
    const button = make("button", heading);
    button.type = "button";
    button.addEventListener("click", () => {
      state.sign = state.key === key ? -state.sign : (isNumber ? -1 : 1);
      state.key = key;
      choose();
      document.querySelector("#" + node.dataset.place + " th[aria-sort] button").focus();
    });
    cell.append(button);
    head.append(cell);
  }
}

// The charts' library is kept packed; its text is one that the page's policy names.
async function loadVega() {
  const packed = Uint8Array.from(atob(document.getElementById("vega").textContent), (one) => one.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  const script = document.createElement("script");
  script.textContent = await new Response(stream).text();
  document.head.append(script);
}

// Expressions are interpreted, not compiled, and no style is written: the policy forbids both.
async function drawChart(id, spec, rows) {
  await vegaEmbed(document.getElementById(id), { ...spec, datasets: rows }, {
    mode: "vega-lite", renderer: "svg", ast: true, actions: false, defaultStyle: false,
    tooltip: { disableDefaultStyle: true },
  });
  // A screen reader would say the two ends of each line, hundreds of times; the dots are said.
  for (const line of document.querySelectorAll("#network line")) line.setAttribute("aria-hidden", "true");
}
