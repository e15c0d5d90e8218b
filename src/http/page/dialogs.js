// The one dialog: it asks, shows, explains.

const ask = {
  // Opens it with a title and content; resolves when it closes, to the value of the button that
  // closed it ('' for Escape).
  open(title, content, buttons, onSubmit) {
    const dialog = byId('dialog');
    const form = byId('dialog-form');
    form.replaceChildren(
      element('h2', { id: 'dialog-title', text: title }),
      ...content,
      element('div', { class: 'choices' }, ...buttons.map(([value, text, look]) => element('button', {
        class: `button ${look || ''}`, text, value, autofocus: Boolean(value) && buttons.length === 2 && content.every((each) => !each.querySelector('input')), type: value ? 'submit' : 'button',
        on: value ? {} : { click: () => dialog.close('') },
      }))),
    );
    form.onsubmit = onSubmit || null;
    dialog.returnValue = '';
    if (dialog.open) dialog.close('');
    dialog.showModal();
    const first = form.querySelector('[autofocus]');
    if (first) first.focus();
    return new Promise((resolve) => { dialog.onclose = () => resolve(dialog.returnValue); });
  },

  problem(message) {
    const form = byId('dialog-form');
    const old = form.querySelector('.problem');
    if (old) old.remove();
    form.querySelector('.choices').before(element('p', { class: 'problem', role: 'alert', text: message }));
  },

  // Asks for the token; true where one was given.
  async token(message) {
    const input = element('input', { type: 'password', id: 'token-input', autocomplete: 'off', value: token.get(), autofocus: true });
    const answer = await this.open('API token', [
      element('p', { text: message || 'The server was started with --api-token. It is kept in this tab only, until it is closed.' }),
      element('label', { class: 'field' }, element('span', { text: 'Token' }), input),
    ], [['', 'Cancel'], ['use', 'Use it', 'main']]);
    if (answer !== 'use') return false;
    token.set(input.value.trim());
    return true;
  },

  details(title, facts, buttons) {
    const list = element('dl', { class: 'facts' });
    for (const [name, value] of facts) {
      if (value === undefined || value === null || value === '') continue;
      list.append(element('dt', { text: name }), element('dd', {}, value instanceof Node ? value : String(value)));
    }
    return this.open(title, [list], [['', 'Close'], ...buttons]);
  },

  help() {
    const keys = [
      ['/', 'search'], ['1 … 6', 'the lists'], ['↑ ↓ PgUp PgDn Home End', 'move through the rows, and up into the titles'],
      ['Enter', 'all about a row'], ['b', 'ban, or unban what is banned or rests'], ['r', 'reset'],
      ['Esc', 'close, or clear the search'], ['t', 'dark or light'],
    ];
    const list = element('dl', { class: 'facts' });
    for (const [key, text] of keys) list.append(element('dt', {}, element('kbd', { text: key })), element('dd', { text }));
    return this.open('Keys', [list], [['', 'Close']]);
  },
};

const ACTIONS = {
  ban: { text: 'Ban', done: 'banned', look: 'danger' },
  unban: { text: 'Unban', done: 'unbanned', look: 'main' },
  reset: { text: 'Reset', done: 'reset', look: 'main' },
};
const EFFECTS = {
  accounts: {
    unban: 'It becomes ACTIVE at once; its failures in a row and its activity timer are cleared.',
    reset: 'It becomes ACTIVE at once, and all its counts and times are cleared.',
  },
  proxies: {
    unban: 'It becomes ACTIVE at once, and its failure history is deleted.',
    reset: 'It becomes ACTIVE at once; its failure history, counts and times are cleared.',
  },
};
const LENGTHS = [[0, "the server's default"], [600, '10 minutes'], [3600, '1 hour'], [21600, '6 hours'],
  [86400, '1 day'], [604800, '1 week'], [-1, 'until unbanned']];

function toast(text, failed) {
  const made = element('div', { class: failed ? 'toast failed' : 'toast', text });
  byId('toasts').append(made);
  setTimeout(() => made.remove(), 4000);
}

// Asks whether an account or a proxy shall be banned, unbanned or reset, and has it done.
function confirmAction(kind, row, action) {
  const { text, done, look } = ACTIONS[action];
  const what = kind === 'accounts' ? 'account' : 'proxy';
  const name = kind === 'accounts' ? row.id : row.url;
  const reason = element('input', { name: 'reason', maxLength: 500, autocomplete: 'off', autofocus: true });
  const length = element('select', { name: 'duration' }, ...LENGTHS.map(([value, label]) => element('option', { value, text: label })));
  const content = action === 'ban' ? [
    element('label', { class: 'field' }, element('span', { text: 'Why (shown in the lists and the time line)' }), reason),
    element('label', { class: 'field' }, element('span', { text: 'For how long' }), length),
  ] : [element('p', { text: EFFECTS[kind][action] })];
  const body = () => (action === 'ban' ? { reason: reason.value.trim(), duration_s: Number(length.value) } : {});
  return ask.open(`${text} ${what} ${name}?`, content, [['', 'Cancel'], ['do', text, look]], async (event) => {
    event.preventDefault();
    const button = event.submitter;
    button.disabled = true;
    try {
      await order(kind, row.id, action, body());
      byId('dialog').close('do');
      toast(`${name} was ${done}`);
    } catch (error) {
      button.disabled = false;
      if (error.status === 401) {
        if (await ask.token('This needs the API token.')) confirmAction(kind, row, action);
        return;
      }
      ask.problem(error.message);
    }
  });
}
