// What is shown, and how keys, buttons and the feed change it.

const view = { list: 'accounts', search: '', filter: null, sorts: {} };
const grid = new Grid(byId('grid'), { open: openRow, key: actOnRow });

function currentView() { return VIEWS[view.list]; }
function currentSort() { return view.sorts[view.list] || currentView().sort; }

const collator = new Intl.Collator('en', { numeric: true });

// What is read out when it changes must not be set to what it is.
function say(where, text) {
  if (where.textContent !== text) where.textContent = text;
}

// ---- what is shown ----------------------------------------------------------------------------

function comparer() {
  const { key, down } = currentSort();
  const column = currentView().columns.find((each) => each.key === key);
  const valueOf = column.value || ((row) => row[key]);
  const byValue = column.compare || ((a, b) => {
    const x = valueOf(a), y = valueOf(b);
    if (typeof x === 'string' || typeof y === 'string') return collator.compare(x || '', y || '');
    return (x || 0) - (y || 0);
  });
  const byName = (a, b) => (a.id < b.id ? -1 : 1);
  return (a, b) => (down ? -1 : 1) * byValue(a, b) || byName(a, b);
}

function matches(row, words) {
  const { filterBy, words: wordsOf } = currentView();
  if (view.filter && row[filterBy] !== view.filter) return false;
  if (words.length === 0) return true;
  const all = wordsOf(row).join('\n').toLowerCase();
  return words.every((word) => all.includes(word));
}

function blankText() {
  if (!store.isLoaded) return ['Loading', ''];
  if (view.search || view.filter) return ['Nothing fits', 'Clear the search or the filter to see all.'];
  return currentView().blank;
}

function paintList() {
  if (view.list === 'events') return;
  const words = view.search.toLowerCase().split(/\s+/).filter(Boolean);
  const all = [...store.lists[view.list].values()];
  const rows = all.filter((row) => matches(row, words)).sort(comparer());
  const [title, hint] = blankText();
  grid.setRows(rows, [element('b', { text: title }), hint]);
  say(byId('count'), rows.length === all.length ? count(all.length) : `${count(rows.length)} of ${count(all.length)}`);
}

function paintFilters() {
  const { filterBy, filters } = currentView();
  const by = filterBy ? store.countBy(view.list, filterBy) : {};
  const shown = (filters || []).filter((state) => by[state] || POOL_FILTERS.includes(state) || state === view.filter);
  const key = JSON.stringify([view.list, view.filter, shown.map((state) => by[state])]);
  if (byId('filters').painted === key) return;
  byId('filters').painted = key;
  const focused = document.activeElement && document.activeElement.matches('.filter') ? document.activeElement.value : null;
  const button = (value, label, number) => element('button', { class: 'filter', type: 'button', value, 'aria-pressed': String((view.filter || '') === value), on: { click: () => chooseFilter(value || null) } },
    label, number === undefined ? null : element('b', { text: count(number || 0) }));
  byId('filters').replaceChildren(...(shown.length ? [button('', 'All')] : []),
    ...shown.map((state) => button(state, state.charAt(0) + state.slice(1).toLowerCase().replaceAll('_', ' '), by[state])));
  if (focused !== null) byId('filters').querySelector(`[value="${focused}"]`)?.focus();
}

function paintBar() {
  if (!store.server) return;
  const { role, identity, version } = store.server;
  byId('server').textContent = `${role} · ${identity} · ${version}`;
  byId('trouble').hidden = store.redis.reachable;
  byId('trouble').textContent = store.redis.reachable ? '' : `The figures are old: ${store.redis.error}`;
}

let wanted = new Set();
let painting = 0;

// Paints what these lists are part of, once before the next frame.
function paintSoon(changed) {
  changed.forEach((name) => wanted.add(name));
  if (!painting) painting = requestAnimationFrame(paintNow);
}

function paintNow() {
  painting = 0;
  const changed = wanted;
  wanted = new Set();
  paintBar();
  overview.paint();
  const isShown = changed.has(view.list) || (view.list === 'proxies' && changed.has('turns'));
  if (!isShown || view.list === 'events') return;
  paintFilters();
  paintList();
}

// ---- choosing ----------------------------------------------------------------------------------

function showColumns() {
  const { columns, title } = currentView();
  const { key, down } = currentSort();
  grid.show(columns, title, currentSort(), chooseSort);
  byId('order').replaceChildren(...columns.filter((column) => column.key).map((column) => element('option', {
    value: column.key, text: `${column.title}${column.key === key ? (down ? ' \u2193' : ' \u2191') : ''}`, selected: column.key === key,
  })));
}

function chooseList(name) {
  view.list = name;
  view.filter = null;
  document.body.dataset.list = name;
  overview.choose(name);
  byId('panel').setAttribute('aria-labelledby', `tab-${name}`);
  if (name === 'events') return;
  showColumns();
  paintFilters();
  paintList();
}

function chooseFilter(state) {
  view.filter = state;
  paintFilters();
  paintList();
}

function chooseSort(key) {
  const old = currentSort();
  view.sorts[view.list] = { key, down: old.key === key ? !old.down : false };
  showColumns();
  paintList();
  grid.head.querySelector('[aria-sort="ascending"] button, [aria-sort="descending"] button')?.focus();
}

function search(text) {
  view.search = text;
  byId('search').value = text;
  paintList();
}

function openRow(row) {
  const { title, name, facts, actionable } = currentView();
  const list = view.list;
  const buttons = actionable ? [['reset', 'Reset'], row.state === 'ACTIVE' ? ['ban', 'Ban', 'danger'] : ['unban', 'Unban', 'main']] : [];
  ask.details(`${title.replace(/ies$/, 'y').replace(/s$/, '')} ${name(row)}`, facts(row), buttons).then((action) => {
    if (action) confirmAction(list, row, action).then(() => backToRow(row));
    else backToRow(row);
  });
}

// A dialog gives the focus back to an element, which may be another row's by then.
function backToRow(row) {
  if (byId('dialog').open) return;
  grid.focusRow(grid.rows.findIndex((each) => each.id === row.id));
}

function actOnRow(row, key) {
  if (!currentView().actionable) return;
  const action = { b: row.state === 'ACTIVE' ? 'ban' : 'unban', r: 'reset' }[key] || key;
  confirmAction(view.list, row, action).then(() => backToRow(row));
}

// ---- the look -----------------------------------------------------------------------------------

const theme = {
  system: matchMedia('(prefers-color-scheme: light)'),
  apply() {
    document.documentElement.dataset.theme = localStorage.getItem('ytdlp-ops-theme') || (this.system.matches ? 'light' : 'dark');
  },
  toggle() {
    localStorage.setItem('ytdlp-ops-theme', document.documentElement.dataset.theme === 'light' ? 'dark' : 'light');
    this.apply();
  },
};

// ---- the start ----------------------------------------------------------------------------------

const LIVE_WORDS = { live: 'live', connecting: 'connecting', lost: 'connecting again', paused: 'paused' };

function showLive(state) {
  byId('live').dataset.state = state;
  say(byId('live-text'), LIVE_WORDS[state]);
  byId('live-cost').textContent = state === 'live' ? `· ${(store.costUs / 1000).toFixed(1)} ms` : '';
}

const feed = new Feed({
  message(name, message) {
    const isWhole = name === 'state';
    const changed = store.take(message, isWhole);
    if (isWhole) timeline.paintWhole();
    else timeline.paintNew();
    paintSoon(changed);
  },
  state: showLive,
  async refused() {
    if (await ask.token()) feed.start();
  },
});

function onGlobalKey(event) {
  const isTyping = event.target.matches('input, select, textarea');
  if (event.key === 'Escape' && event.target === byId('search')) search('');
  if (isTyping || byId('dialog').open || event.ctrlKey || event.metaKey || event.altKey) return;
  const lists = overview.shown().map((tab) => tab.value);
  if (event.key === '/') byId('search').focus();
  else if (event.key === '?') ask.help();
  else if (event.key === 't') theme.toggle();
  else if (lists[Number(event.key) - 1]) chooseList(lists[Number(event.key) - 1]);
  else return;
  event.preventDefault();
}

function listen() {
  theme.system.addEventListener('change', () => theme.apply());
  byId('search').addEventListener('input', (event) => search(event.target.value));
  byId('order').addEventListener('change', (event) => chooseSort(event.target.value));
  byId('theme').addEventListener('click', () => theme.toggle());
  byId('help').addEventListener('click', () => ask.help());
  byId('token').addEventListener('click', async () => { if (await ask.token()) feed.start(); });
  document.addEventListener('keydown', onGlobalKey);
}

function start() {
  chooseList('accounts');
  listen();
  feed.start();
  // Times count down between the updates.
  setInterval(() => { if (!document.hidden) grid.refresh(); }, 1000);
}

theme.apply();
overview.make(chooseList);
timeline.make((entity, name) => {
  chooseList(entity === 'account' ? 'accounts' : 'proxies');
  search(name);
});
// The frame is painted before the list in it is made.
requestAnimationFrame(() => setTimeout(start));
