// The newest changes of states, the last one on top.

const CHANGE_LOOKS = { banned: 'bad', resting: 'wait', active: 'good', unbanned: 'good', reset: 'calm', deleted: 'calm' };

const timeline = {
  // onName(entity, name): somebody wants to see that account or proxy
  make(onName) {
    this.list = byId('events');
    this.onName = onName;
  },

  makeEvent(event) {
    const made = element('li', { class: `event ${CHANGE_LOOKS[event.change] || 'calm'}` },
      element('p', {}, element('time', { text: clock(event.at_ms), title: new Date(event.at_ms).toLocaleString() }),
        element('b', { text: event.change }), ' ',
        element('button', { class: 'link', type: 'button', text: event.entity === 'proxy' ? urlParts(event.name).host : event.name, title: event.name, tabIndex: -1, on: { click: () => this.onName(event.entity, event.name) } })),
      element('p', { text: event.reason ? `${event.reason} · ${event.actor}` : event.actor, title: event.reason || event.actor }));
    made.eventId = event.id;
    return made;
  },

  paintWhole() {
    this.list.replaceChildren(...store.events.map((event) => this.makeEvent(event)).reverse());
    if (store.events.length === 0) this.list.append(element('li', { class: 'event calm' }, element('p', { text: 'Nothing has changed yet' })));
  },

  paintNew() {
    if (store.fresh.length === 0) return;
    if (this.list.children.length === 1 && !this.list.firstElementChild.eventId) this.list.replaceChildren();
    const made = store.fresh.slice(-EVENTS_KEPT).map((event) => this.makeEvent(event)).reverse();
    made.forEach((each) => each.classList.add('fresh'));
    this.list.prepend(...made);
    while (this.list.children.length > EVENTS_KEPT) this.list.lastElementChild.remove();
  },
};
