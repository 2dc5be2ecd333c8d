#include "emit/report_assets.hpp"

namespace statelane::emit {

const char* const report_style = R"(
:root { color-scheme: light dark; --text: #1f2328; --soft: #59636e; --page: #fff; --box: #f6f8fa; --line: #d1d9e0;
  --accent: #0550ae; --modified: #9a6700; --added: #1a7f37; --deleted: #cf222e; --moved: #0550ae; }
@media (prefers-color-scheme: dark) { :root { --text: #e6edf3; --soft: #9198a1; --page: #0d1117; --box: #161b22;
  --line: #3d444d; --accent: #79c0ff; --modified: #d29922; --added: #3fb950; --deleted: #ff7b72; --moved: #79c0ff; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1rem; max-width: 72rem; background: var(--page); color: var(--text);
  font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.5rem; margin: 0 0 .25rem; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
a { color: var(--accent); } code, .id { font-family: ui-monospace, monospace; font-size: .92em; overflow-wrap: anywhere; }
.soft { color: var(--soft); }
.graph { overflow: auto; border: 1px solid var(--line); border-radius: 6px; background: var(--box); max-height: 70vh; }
.graph:focus-visible, a:focus-visible, summary:focus-visible, input:focus-visible { outline: 3px solid var(--accent);
  outline-offset: 1px; }
svg { display: block; font: 13px ui-monospace, monospace; }
svg .edge { fill: none; stroke: var(--soft); } svg .possible { stroke-dasharray: 5 4; } svg .near { stroke: var(--accent); stroke-width: 2.5; } svg marker path { fill: var(--soft); }
svg rect { fill: var(--page); stroke: var(--line); } svg text { fill: var(--text); }
svg .other rect { fill: var(--box); } svg .other text { fill: var(--soft); }
svg .modified rect, svg .dependent rect { stroke: var(--modified); stroke-width: 2; }
svg .added rect { stroke: var(--added); stroke-width: 2; }
svg .deleted rect, svg .retired rect { stroke: var(--deleted); stroke-width: 2; }
svg .moved rect { stroke: var(--moved); stroke-width: 2; }
svg .is-red rect { stroke: var(--deleted); stroke-width: 3; } svg .is-red text { fill: var(--deleted); }
svg .is-planned rect { stroke: var(--modified); } svg .is-applied rect { stroke: var(--added); }
svg .is-applied text { fill: var(--added); } svg .is-quiet rect { stroke: var(--line); }
.controls { display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: center; margin: .5rem 0; }
.controls input[type=search] { flex: 1 1 16rem; font: inherit; padding: .4rem .6rem; border: 1px solid var(--line);
  border-radius: 6px; background: var(--page); color: var(--text); }
.controls fieldset { display: flex; flex-wrap: wrap; gap: 0 1rem; align-items: center; border: 0; margin: 0; padding: 0; }
.controls legend { float: left; margin-right: 1rem; padding: 0; color: var(--soft); }
.controls label { display: inline-flex; gap: .35rem; align-items: center; min-height: 2.2rem; }
details { border: 1px solid var(--line); border-radius: 6px; margin: .5rem 0; background: var(--box); }
summary { padding: .6rem .75rem; cursor: pointer; display: flex; flex-wrap: wrap; gap: .25rem 1rem; align-items: baseline; }
summary .id { font-weight: 600; flex: 1 1 14rem; }
details > div { padding: 0 .75rem .75rem; } details ul { margin: .25rem 0; padding-left: 1.25rem; }
h3 { font-size: 1rem; margin: .75rem 0 .25rem; }
.changes { list-style: none; padding-left: 0 !important; }
.changes details { margin: .15rem 0; background: var(--page); } .changes summary { padding: .25rem .6rem; display: list-item; }
.changes > li > code { padding: 0 .6rem; }
pre { margin: 0; padding: .5rem .75rem; overflow-x: auto; font: 13px/1.45 ui-monospace, monospace; }
pre:focus-visible { outline: 3px solid var(--accent); outline-offset: -3px; }
li { overflow-wrap: anywhere; }
.wide { overflow-x: auto; } .wide:focus-visible { outline: 3px solid var(--accent); }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; vertical-align: top; padding: .35rem .6rem;
  border-bottom: 1px solid var(--line); } tbody th { font-weight: 400; }
.tag { border: 1px solid currentColor; border-radius: 1rem; padding: 0 .6rem; font-size: .85rem; }
.modified .tag, .dependent .tag { color: var(--modified); } .added .tag { color: var(--added); }
.deleted .tag, .retired .tag { color: var(--deleted); } .moved .tag { color: var(--moved); }
.failed { color: var(--deleted); } details:target { border-color: var(--accent); }
@media (max-width: 40rem) { .controls input[type=search] { flex-basis: 100%; } .graph { max-height: 45vh; } }
@media print { .controls { display: none; } .graph { max-height: none; } }
)";

const char* const report_script = R"(
const search = document.querySelector('#search');
const kinds = [...document.querySelectorAll('.controls input[type=checkbox]')];
const marks = [...document.querySelectorAll('.controls input[type=radio]')];
const lanes = [...document.querySelectorAll('details[data-kind]')];
const shown = document.querySelector('#shown');
function filter() {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  const wanted = new Set(kinds.filter(kind => kind.checked).map(kind => kind.value));
  const mark = (marks.find(mark => mark.checked) || {value: ''}).value;
  let count = 0;
  for (const lane of lanes) {
    const text = lane.textContent.toLowerCase();
    lane.hidden = !wanted.has(lane.dataset.kind) || !words.every(word => text.includes(word)) ||
      (mark !== '' && !lane.dataset.marks.split(' ').includes(mark));
    if (!lane.hidden) count += 1;
  }
  shown.textContent = count + ' of ' + lanes.length + ' shown';
}
function open() {
  const target = document.getElementById(location.hash.slice(1));
  if (!target || target.tagName !== 'DETAILS') return;
  target.hidden = false;
  target.open = true;
  target.scrollIntoView();
}
search.addEventListener('input', filter);
[...kinds, ...marks].forEach(control => control.addEventListener('change', filter));
addEventListener('hashchange', open);
addEventListener('keydown', event => {
  if (event.key === '/' && document.activeElement !== search) { event.preventDefault(); search.focus(); }
  if (event.key === 'Escape' && document.activeElement === search) { search.value = ''; filter(); }
});
for (const node of document.querySelectorAll('.node')) {
  const lines = document.querySelectorAll(`.edge[data-ends~="${node.dataset.node}"]`);
  const mark = on => lines.forEach(line => line.classList.toggle('near', on));
  const target = node.closest('a') || node;
  for (const start of ['pointerenter', 'focusin']) target.addEventListener(start, () => mark(true));
  for (const end of ['pointerleave', 'focusout']) target.addEventListener(end, () => mark(false));
}
document.querySelector('.controls').hidden = false;
filter();
open();
)";

}  // namespace statelane::emit
