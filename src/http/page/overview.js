// The tabs: each list in one figure, and which of them is shown.

// Parts of a whole, as a bar; the legend says the same in words.
function splitBar(parts) {
  const total = parts.reduce((sum, [, number]) => sum + number, 0);
  const bar = element('span', { class: 'split', 'aria-hidden': 'true' });
  for (const [look, number] of parts) {
    if (number === 0) continue;
    const piece = element('i', { class: look });
    piece.style.width = `${(100 * number) / total}%`;
    bar.append(piece);
  }
  return bar;
}

function poolSummary(name) {
  const by = store.countBy(name, 'state');
  const active = by.ACTIVE || 0, resting = by.RESTING || 0, banned = by.BANNED || 0;
  const legend = [[resting, 'resting'], [banned, 'banned']].filter(([number]) => number > 0).map(([number, word]) => `${count(number)} ${word}`);
  return { figure: count(active), unit: `of ${count(store.lists[name].size)} active`, parts: [['good', active], ['wait', resting], ['bad', banned]], legend: legend.join(' · ') || 'none resting or banned' };
}

const SUMMARIES = {
  accounts: () => poolSummary('accounts'),
  proxies: () => {
    const found = poolSummary('proxies');
    return found.legend.startsWith('none') ? { ...found, legend: 'none banned' } : found;
  },
  streams: () => {
    const by = store.countBy('streams', 'state');
    const streaming = by.STREAMING || 0, waiting = (by.CONNECTING || 0) + (by.WAITING_RETRY || 0), failed = by.FAILED || 0;
    return { figure: count(store.lists.streams.size), unit: streaming ? bitRate(store.sum('streams', 'bits_per_second')) : '', parts: [['good', streaming], ['wait', waiting], ['bad', failed]],
      legend: `${count(store.sum('streams', 'client_count'))} clients${failed ? ` · ${count(failed)} failed` : ''}` };
  },
  queues: () => {
    const done = store.sum('queues', 'succeeded'), failed = store.sum('queues', 'failed'), working = store.sum('queues', 'in_progress');
    return { figure: count(store.sum('queues', 'inbox')), unit: 'waiting', parts: [['good', done], ['wait', working], ['bad', failed]], legend: `${count(working)} in progress · ${count(failed)} failed` };
  },
  lanes: () => {
    const by = store.countBy('lanes', 'state');
    const paused = by.PAUSED || 0, stopped = by.STOPPED || 0, total = store.lists.lanes.size;
    return { figure: count(total - paused - stopped), unit: total ? `of ${count(total)} at work` : '', parts: [['good', total - paused - stopped], ['wait', paused], ['bad', stopped]],
      legend: paused + stopped ? `${count(paused)} paused · ${count(stopped)} stopped` : total ? 'none paused' : 'none run' };
  },
  instances: () => {
    const states = [...store.lists.instances.values()].map(instanceState);
    const ready = states.filter((state) => state === 'READY').length;
    const roles = Object.entries(store.countBy('instances', 'service_role')).map(([role, number]) => `${number} ${role}`);
    return { figure: count(states.length), unit: 'running', parts: [['good', ready], ['wait', states.length - ready]], legend: roles.join(' · ') || 'none' };
  },
  events: () => {
    const last = store.events[store.events.length - 1];
    return { figure: count(store.events.length), unit: 'newest', parts: [], legend: last ? `last ${clock(last.at_ms)}` : 'none yet' };
  },
};

const overview = {
  make(onChoose) {
    this.tabs = Object.keys(SUMMARIES).map((name) => element('button', {
      class: name === 'events' ? 'tab only-narrow' : 'tab', type: 'button', role: 'tab', id: `tab-${name}`, value: name,
      'aria-controls': name === 'events' ? 'timeline' : 'panel', on: { click: () => onChoose(name) },
    }, element('span', { class: 'name', text: name === 'events' ? 'Time line' : VIEWS[name].title }), element('span', { class: 'figure', text: '–' })));
    byId('tabs').append(...this.tabs);
    byId('tabs').addEventListener('keydown', (event) => this.onKey(event, onChoose));
  },

  shown() { return this.tabs.filter((tab) => tab.offsetParent !== null); },

  onKey(event, onChoose) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const tabs = this.shown();
    const next = tabs[(tabs.indexOf(event.target) + step + tabs.length) % tabs.length];
    onChoose(next.value);
    next.focus();
    event.preventDefault();
  },

  choose(name) {
    for (const tab of this.tabs) {
      tab.setAttribute('aria-selected', tab.value === name);
      tab.tabIndex = tab.value === name ? 0 : -1;
      if (tab.value === name && tab.offsetParent) tab.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    }
  },

  paint() {
    for (const tab of this.tabs) {
      const { figure: number, unit, parts, legend } = SUMMARIES[tab.value]();
      const key = JSON.stringify([number, unit, parts, legend]);
      if (tab.painted === key) continue;
      tab.painted = key;
      tab.replaceChildren(tab.firstElementChild, element('span', { class: 'figure' }, number, element('small', { text: unit })), splitBar(parts), element('span', { class: 'legend', text: legend }));
    }
  },
};
