// Brings style, saved queries and settings into this origin's Neo4j Browser, then opens it.
// Browser keeps them in localStorage; a person's own queries and folders stay as they are.
'use strict';
(async () => {
  const ours = 'linkage-';
  const read = (name, otherwise) => {
    try { return JSON.parse(localStorage.getItem('neo4j.' + name)) || otherwise; }
    catch { return otherwise; }
  };
  const write = (name, value) => localStorage.setItem('neo4j.' + name, JSON.stringify(value));
  const fetched = async name => {
    const answer = await fetch(new URL(name, location.href), {cache: 'no-store', headers: {Accept: 'application/json, */*'}});
    if (!answer.ok) throw new Error(name + ': ' + answer.status);
    return answer;
  };
  // A caption's value holds braces, so that a block ends at the first brace outside of quotes.
  const rules = text => Object.fromEntries(
    [...text.matchAll(/([\w.]+)\s*\{((?:"[^"]*"|[^"}])*)\}/g)].map(([, name, body]) => [
      name,
      Object.fromEntries([...body.matchAll(/([\w-]+)\s*:\s*("[^"]*"|[^;]*);/g)].map(
        ([, key, value]) => [key, value.trim().replace(/^"|"$/g, '')])),
    ]));

  const saved = await (await fetched('queries.json')).json();
  const others = (name, place) => read(name, []).filter(one => !String(one[place]).startsWith(ours));
  write('folders', others('folders', 'id').concat(saved.folders));
  write('documents', others('documents', 'id').concat(saved.documents));
  write('grass', rules(await (await fetched('linkage.grass')).text()));
  write('settings', Object.assign(read('settings', {}), {
    // The canvas stays readable: so many nodes at first, so many more at a double click,
    // and no relationship that the query did not ask for.
    initialNodeDisplay: 300, maxNeighbours: 50, maxRows: 1000, autoComplete: false,
    allowUserStats: false, allowCrashReports: false,
  }));

  // A link names a ring, an account or an identifier: its picture goes into the editor.
  // Neo4j reads \u0027 as a quote before it looks for the end of a text, so no quote and no
  // backslash stands beside other letters.
  const literal = text => (text.match(/[^'\\]+|'+|\\/g) || ['']).map(piece =>
    piece === '\\' ? "'\\\\'" : piece.includes("'") ? `"${piece}"` : `'${piece}'`).join(' + ');
  const given = new URLSearchParams(location.search);
  const [name, question] = Object.entries(saved.opened).find(([name]) => given.has(name)) || [];
  const server = new URL((await (await fetched('/')).json()).bolt_routing);
  const onward = new URLSearchParams({dbms: `neo4j://neo4j@${server.host}`});
  if (name) {
    const text = saved.documents.find(one => one.id === ours + question).content;
    onward.set('cmd', 'edit');
    onward.set('arg', text.replace(/^\/\/.*\n/gm, '').replaceAll('$' + name, () => literal(given.get(name))));
  }
  location.replace('/browser/?' + onward.toString().replaceAll('+', '%20'));
})().catch(error => {
  document.getElementById('said').textContent = 'Set-up failed: ' + error.message;
});
