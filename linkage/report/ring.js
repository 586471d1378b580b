
const members = data.members;
const order = members.account.map((_, at) => at);
const state = { key: "confidence", sign: -1, find: "", rows: STEP };
const COLUMNS = [["account", "account"], ["confidence", "confidence", true], ["role", "role"], ["tier", "tier"],
  ["part", "sub-group", true], ["bits", "bits", true], ["reason", "further reasons"]];
const lower = members.account.map((name) => name.toLowerCase());
const said = members.reasons.map((text) => text.toLowerCase());

function chosen() {
  const find = state.find.toLowerCase();
  return find ? order.filter((at) => lower[at].includes(find) || members.role[at].includes(find)
    || members.tier[at].includes(find) || said[members.reason[at]].includes(find)) : order;
}

function sortMembers() {
  const column = members[state.key];
  order.sort((a, b) => state.sign * (column[a] < column[b] ? -1 : column[a] > column[b] ? 1 : 0) || a - b);
  drawMembers();
}

function cells(at) {
  const part = members.part[at];
  return [members.account[at], members.confidence[at], members.role[at], tier(members.tier[at]),
    part || "", members.bits[at], members.reasons[members.reason[at]]];
}

function drawMembers() {
  const rows = chosen();
  const node = make("table");
  node.dataset.place = "members";
  sortedHead(node, COLUMNS, state, sortMembers);
  const body = node.createTBody();
  for (const at of rows.slice(0, state.rows)) {
    const line = body.insertRow();
    cells(at).forEach((value, n) => fill(line.insertCell(), value, [, 3, , , 0, 2][n]));
  }
  const around = make("div", null, "scroll");
  around.append(node);
  document.getElementById("members").replaceChildren(around);
  document.getElementById("shown").textContent = number.format(Math.min(rows.length, state.rows)) + " of "
    + number.format(rows.length) + " members" + (state.find ? " found" : "");
  document.getElementById("more").hidden = rows.length <= state.rows;
}

// A spreadsheet would run a cell that begins like a formula.
function quoted(value) {
  const text = typeof value === "string" && /^[=+\-@\t\r]/.test(value) ? "'" + value : String(value);
  return '"' + text.replaceAll('"', '""') + '"';
}

function download() {
  const lines = [["ring_id", "account_id", "confidence", "role", "tier", "sub_group", "evidence_bits", "reason_codes"]];
  for (const at of chosen()) {
    lines.push([data.title, members.account[at], members.confidence[at], members.role[at], members.tier[at],
      members.part[at], members.bits[at], (members.common + " " + members.reasons[members.reason[at]]).trim()]);
  }
  const text = lines.map((line) => line.map(quoted).join(",")).join("\r\n") + "\r\n";
  const link = make("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
  link.download = data.title + ".csv";
  link.click();
  URL.revokeObjectURL(link.href);
}

function drawParts() {
  const drawn = data.data.network;
  document.getElementById("network-note").textContent = number.format(drawn.accounts.length) + " of "
    + number.format(data.n_accounts) + " accounts (dots) and " + number.format(drawn.identifiers.length) + " of "
    + number.format(data.n_identifiers) + " shared identifiers (squares, numbered as in the table below).";
  if (!data.parts.length) {
    document.getElementById("parts").append(make("p", "none: it is of one piece", "dim"));
    return;
  }
  const rows = data.parts.map(([part, n, sentence, share]) => {
    const name = make("span");
    name.append(make("span", null, "swatch hue-" + part), String(part));
    return [name, n, share, sentence];
  });
  document.getElementById("parts").append(
    make("p", number.format(data.n_parts) + " sub-groups" + (data.n_parts > rows.length ? ", the largest " + rows.length : ""), "dim"),
    narrow(table(["sub-group", "accounts", "of them", "share most"], rows)));
}

// Numbers behind a picture, for who cannot see it; drawn when asked for.
function behind(id, headings, rows) {
  const place = make("details", null, "screen");
  place.append(make("summary", "As a table"));
  place.addEventListener("toggle", () => place.append(narrow(table(headings, rows))), { once: true });
  document.getElementById(id).after(place);
}

async function drawCharts() {
  await loadVega();
  for (const [name, spec] of Object.entries(data.specs)) await drawChart(name, spec, data.data[name]);
  document.body.dataset.drawn = "all";
}

document.title = data.title + ", " + data.tier;
document.getElementById("title").textContent = data.title;
document.getElementById("summary").append(tier(data.tier), ", score " + data.score.toFixed(3) + ", "
  + number.format(data.n_accounts) + " accounts, " + data.lineage + (data.run_id ? ", run " + data.run_id : ""));
document.getElementById("story").append(...data.sentences.map((sentence) => make("li", sentence)));
if (data.link) {
  const link = make("a", "Open in Neo4j Browser");
  link.href = data.link;
  link.rel = "noreferrer noopener";
  document.getElementById("link").append(link);
  document.getElementById("link").hidden = false;
}
drawParts();
for (const name of ["network", "days", "week", "families", "capabilities"]) {
  if (data.specs[name]) continue;
  document.getElementById(name).append(make("p", name === "capabilities" && data.profile ? data.profile
    : "this run published nothing to show here", "dim"));
}
if (data.specs.days) behind("days", ["day", "what", "n"], data.data.days.days.map((row) => [row.day, row.what, row.n]));
if (data.specs.week) behind("week", ["who", "weekday", "hour", "events"], data.data.week.week.map((row) => [row.who, row.weekday, row.hour, row.n]));
if (data.specs.families) behind("families", ["family", "bits", "identifiers", "coverage"], data.data.families.families.map((row) => [row.family, row.bits, row.identifiers, row.coverage]));
document.getElementById("without").append(narrow(table(["without", "accounts", "pieces", "mean bits", "tier"],
  data.without.map(([what, n, pieces, bits, name]) => [what, n, pieces, bits, tier(name)]), [, , , 2])));
document.getElementById("identifiers-note").textContent = number.format(data.identifiers.length) + " of "
  + number.format(data.n_identifiers) + ", strongest first, and those in the picture";
document.getElementById("identifiers").append(table(["number", "accounts that", "family", "in ring", "of all", "coverage", "bits"],
  data.identifiers, [, , , , , 3, 1]));
if (members.common) document.getElementById("common").textContent = "Reasons of all: " + members.common;
document.getElementById("find").addEventListener("input", (event) => {
  state.find = event.target.value; state.rows = STEP; drawMembers();
});
document.getElementById("more").addEventListener("click", () => { state.rows += STEP; drawMembers(); });
document.getElementById("download").addEventListener("click", download);
drawMembers();
drawCharts();
