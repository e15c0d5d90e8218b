// The lists: their columns, what can be filtered by, and all about one row.

function share(row) {
  const total = row.ok + row.failed;
  if (total === 0) return element('span', { class: 'share' }, element('span', { class: 'meter none' }), element('span', { class: 'dim', text: 'unused' }));
  const percent = (100 * row.ok) / total;
  const bar = element('i');
  bar.style.width = `${percent}%`;
  return element('span', { class: 'share' }, element('span', { class: 'meter', 'aria-hidden': 'true' }, bar),
    `${percent === 100 ? '100' : percent.toFixed(1)} %`);
}

function actions(row) {
  const isActive = row.state === 'ACTIVE';
  const button = (value, text, look) => element('button', { class: `act ${look}`, type: 'button', value, text, tabIndex: -1 });
  return element('span', { class: 'acts' }, isActive ? button('ban', 'Ban', 'danger') : button('unban', 'Unban', ''), button('reset', 'Reset', ''));
}

function spark(id) {
  const samples = store.rates.get(id) || [];
  const most = Math.max(1, ...samples) * 1.15;
  const step = 72 / Math.max(1, samples.length - 1);
  const points = samples.map((rate, i) => `${(i * step).toFixed(1)},${(17 - (16 * rate) / most).toFixed(1)}`);
  const shape = (tag, attributes) => {
    const made = document.createElementNS('http://www.w3.org/2000/svg', tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    return made;
  };
  const svg = shape('svg', { class: 'spark', viewBox: '0 0 72 18', 'aria-hidden': 'true' });
  svg.append(shape('polygon', { points: ['0,18', ...points, '72,18'].join(' ') }), shape('polyline', { points: points.join(' ') }));
  return svg;
}

// What tells proxies apart comes first: the host; scheme and user stand behind it.
function proxyName(row) {
  const { scheme, user, host } = urlParts(row.url);
  const next = store.nextFor(row.id);
  const badge = next.length ? element('span', { class: 'badge', title: `taken next by ${next.join(', ')}`, text: next.length === 1 ? '(next)' : `(next of ${next.length})` }) : null;
  return element('span', {}, host, badge, element('span', { class: 'dim', text: `  ${[user, scheme].filter(Boolean).join(' ')}` }));
}

const lastUse = (row) => Math.max(row.last_ok || 0, row.last_failed || 0);
const text = (key) => (row) => row[key] || '';
const figure = (key) => (row) => count(row[key] || 0);
const endOf = (row) => (row.until < 0 ? Infinity : row.until || 0);
const rateOf = (row) => (row.ok + row.failed ? row.ok / (row.ok + row.failed) : 2);

const POOL_COLUMNS = [
  { key: 'state', title: 'State', width: '84px', place: 'state', cell: (row) => stateMark(row.state) },
  { key: 'until', title: 'Time left', width: '106px', place: 'left', look: 'left', value: endOf, ticks: true, cell: timeLeft },
  { key: 'rate', title: 'Success', width: '112px', place: 'detail', value: rateOf, cell: share },
  { key: 'ok', title: 'OK', width: '52px', drop: 4, number: true, cell: figure('ok') },
  { key: 'failed', title: 'Failed', width: '52px', drop: 3, number: true, cell: figure('failed') },
];
const POOL_FILTERS = ['ACTIVE', 'RESTING', 'BANNED'];

function poolFacts(row) {
  return [['State', stateMark(row.state)], ['Time left', timeLeft(row, store.now())], ['Until', row.until > 0 ? moment(row.until) : ''],
    ['Reason', row.reason], ['Successes', count(row.ok)], ['Failures', count(row.failed)],
    ['Last success', moment(row.last_ok)], ['Last failure', moment(row.last_failed)]];
}

const VIEWS = {
  accounts: {
    title: 'Accounts', actionable: true, sort: { key: 'id', down: false }, filterBy: 'state', filters: POOL_FILTERS,
    name: (row) => row.id, words: (row) => [row.id, row.reason, row.proxy, row.identity],
    blank: ['No account has been used yet', 'One without state is ACTIVE; it appears here with its first use.'],
    columns: [
      { key: 'id', title: 'Account', width: 'minmax(150px, 1.4fr)', place: 'name', look: 'name', cell: text('id') },
      ...POOL_COLUMNS,
      { key: 'in_a_row', title: 'In a row', width: '64px', drop: 5, number: true, cell: (row) => (row.in_a_row ? count(row.in_a_row) : '') },
      { key: 'last', title: 'Last use', width: '66px', look: 'dim', value: lastUse, ticks: true, cell: (row, now) => age(lastUse(row), now) },
      { key: 'reason', title: 'Reason', width: 'minmax(120px, 2fr)', look: 'left', cell: text('reason'), hint: text('reason') },
      { title: 'Actions', width: '0', look: 'over', cell: actions },
    ],
    facts: (row) => [...poolFacts(row), ['Failures in a row', row.in_a_row], ['In use since', moment(row.active_since)],
      ['Last proxy', row.proxy], ['Last server', row.identity]],
  },
  proxies: {
    title: 'Proxies', actionable: true, sort: { key: 'place', down: false }, filterBy: 'state', filters: ['ACTIVE', 'BANNED'],
    name: (row) => row.url, words: (row) => [row.url, row.identity, row.reason, store.nextFor(row.id).length ? 'next' : ''],
    blank: ['No proxies are known', 'They appear with the first use of a server that has --proxies.'],
    columns: [
      { key: 'place', title: 'Proxy', width: 'minmax(232px, 2.2fr)', place: 'name', look: 'name', ticks: true, cell: proxyName, hint: text('url'),
        compare: (a, b) => (a.identity < b.identity ? -1 : a.identity > b.identity ? 1 : 0) || a.place - b.place },
      ...POOL_COLUMNS,
      { key: 'recent', title: 'In window', width: '72px', drop: 2, cell: (row) => (row.recent ? `${row.recent}, ${row.recent_accounts} acc.` : ''),
        hint: (row) => (row.recent ? `${row.recent} failures with ${row.recent_accounts} accounts in the sliding window` : '') },
      { key: 'last', title: 'Last use', width: '66px', look: 'dim', value: lastUse, ticks: true, cell: (row, now) => age(lastUse(row), now) },
      { key: 'identity', title: 'Identity', width: 'minmax(64px, .7fr)', drop: 1, look: 'left', cell: text('identity') },
      { key: 'reason', title: 'Reason', width: 'minmax(100px, 1.6fr)', look: 'left', cell: text('reason'), hint: text('reason') },
      { title: 'Actions', width: '0', look: 'over', cell: actions },
    ],
    facts: (row) => [...poolFacts(row), ['Identity', row.identity], ['Next for', store.nextFor(row.id).join(', ')],
      ['In the window', row.recent ? `${row.recent} failures with ${row.recent_accounts} accounts` : '']],
  },
  streams: {
    title: 'Streams', sort: { key: 'created_at', down: true }, filterBy: 'state', filters: ['STREAMING', 'CONNECTING', 'WAITING_RETRY', 'FAILED', 'IDLE'],
    name: (row) => row.stream_id, words: (row) => [row.stream_id, row.current_url, row.last_error, row.instance, row.kind],
    blank: ['No streams', 'POST /streams, or ytdlp-ops relay create URL, makes one.'],
    columns: [
      { key: 'created_at', title: 'Stream', width: '88px', place: 'name', look: 'name', cell: (row) => row.stream_id.slice(0, 8), hint: text('stream_id') },
      { key: 'state', title: 'State', width: '106px', place: 'state', cell: (row) => stateMark(row.state) },
      { key: 'kind', title: 'Kind', width: '36px', drop: 3, look: 'left', cell: text('kind') },
      { key: 'current_url', title: 'Current URL', width: 'minmax(180px, 2fr)', place: 'detail', look: 'name', cell: (row) => (row.current_url || '').replace(/^https?:\/\//, ''), hint: text('current_url') },
      { key: 'bits_per_second', title: 'Bit rate', width: '158px', place: 'left', cell: (row) => element('span', {}, spark(row.id), bitRate(row.bits_per_second)) },
      { key: 'client_count', title: 'Clients', width: '54px', number: true, cell: figure('client_count') },
      { key: 'bytes_to_clients', title: 'Sent', width: '70px', drop: 4, number: true, cell: (row) => bytes(row.bytes_to_clients || 0) },
      { key: 'retry_count', title: 'Retries', width: '54px', number: true, cell: figure('retry_count') },
      { key: 'failover_count', title: 'Failovers', width: '64px', number: true, cell: figure('failover_count') },
      { key: 'last_error', title: 'Last error', width: 'minmax(100px, 1fr)', drop: 1, look: 'left', cell: text('last_error'), hint: text('last_error') },
    ],
    facts: (row) => [['State', stateMark(row.state)], ['Kind', row.kind], ['Current URL', row.current_url], ['Bit rate', bitRate(row.bits_per_second)],
      ['Clients', count(row.client_count || 0)], ['From upstream', bytes(row.bytes_from_upstream || 0)], ['To clients', bytes(row.bytes_to_clients || 0)],
      ['Retries', count(row.retry_count || 0)], ['Failovers', count(row.failover_count || 0)], ['Last error', row.last_error],
      ['Created', moment(row.created_at)], ['Instance', row.instance]],
  },
  queues: {
    title: 'Queues', sort: { key: 'id', down: false }, name: (row) => row.id, words: (row) => [row.id],
    blank: ['No queue holds anything', 'ytdlp-ops queue push NAME URL fills one.'],
    columns: [
      { key: 'id', title: 'Queue', width: 'minmax(140px, 1.5fr)', place: 'name', look: 'name', cell: text('id') },
      { key: 'inbox', title: 'Waiting', width: '90px', place: 'state', number: true, cell: figure('inbox') },
      { key: 'in_progress', title: 'In progress', width: '90px', number: true, cell: figure('in_progress') },
      { key: 'succeeded', title: 'Succeeded', width: '90px', number: true, cell: figure('succeeded') },
      { key: 'failed', title: 'Failed', width: '90px', number: true, cell: figure('failed') },
      { key: 'rate', title: 'Success', width: '150px', place: 'detail', value: (row) => rateOf({ ok: row.succeeded, failed: row.failed }), cell: (row) => share({ ok: row.succeeded, failed: row.failed }) },
    ],
    facts: (row) => [['Waiting', count(row.inbox)], ['In progress', count(row.in_progress)], ['Succeeded', count(row.succeeded)], ['Failed', count(row.failed)]],
  },
  lanes: {
    title: 'Lanes', sort: { key: 'id', down: false }, filterBy: 'state', filters: ['PAUSED', 'STOPPED'],
    name: (row) => row.lane, words: (row) => [row.lane, row.queue, row.url, row.account, row.proxy, row.instance, row.reason],
    blank: ['No lanes run', 'Start a server with --lanes N --queue NAME.'],
    columns: [
      { key: 'id', title: 'Lane', width: 'minmax(120px, 1fr)', place: 'name', look: 'name', cell: text('lane'), hint: text('id') },
      { key: 'state', title: 'State', width: '124px', place: 'state', cell: (row) => stateMark(row.state) },
      { key: 'state_since', title: 'For', width: '80px', place: 'left', look: 'left', ticks: true, cell: (row, now) => duration(now - row.state_since) },
      { key: 'queue', title: 'Queue', width: 'minmax(80px, .8fr)', cell: text('queue') },
      { key: 'url', title: 'Works on', width: 'minmax(180px, 2fr)', place: 'detail', look: 'name', cell: (row) => (row.url || '').replace(/^https?:\/\/(www\.)?/, ''), hint: text('url') },
      { key: 'progress', title: 'Progress', width: '64px', number: true, cell: (row) => (row.progress >= 0 ? `${row.progress} %` : '') },
      { key: 'account', title: 'Account', width: 'minmax(90px, .8fr)', drop: 2, look: 'left', cell: text('account') },
      { key: 'succeeded', title: 'Done', width: '56px', number: true, cell: figure('succeeded') },
      { key: 'failed', title: 'Failed', width: '56px', number: true, cell: figure('failed') },
      { key: 'reason', title: 'Why', width: 'minmax(100px, 1fr)', drop: 1, look: 'left', cell: text('reason'), hint: text('reason') },
    ],
    facts: (row) => [['State', stateMark(row.state)], ['Since', moment(row.state_since)], ['Why', row.reason], ['Kind', row.kind], ['Queue', row.queue],
      ['Works on', row.url], ['Account', row.account], ['Proxy', row.proxy], ['Succeeded', count(row.succeeded || 0)], ['Failed', count(row.failed || 0)], ['Instance', row.instance]],
  },
  instances: {
    title: 'Instances', sort: { key: 'id', down: false }, name: (row) => row.id,
    words: (row) => [row.id, row.service_role, row.server_identity, row.host, row.rpc_address, row.http_address],
    blank: ['No instance has told of itself yet', 'Each does every two seconds.'],
    columns: [
      { key: 'id', title: 'Instance', width: 'minmax(150px, 1.4fr)', place: 'name', look: 'name', cell: text('id'), hint: text('id') },
      { key: 'draining', title: 'State', width: '84px', place: 'state', value: instanceState, cell: (row) => stateMark(instanceState(row)) },
      { key: 'service_role', title: 'Role', width: '84px', place: 'detail', cell: text('service_role') },
      { key: 'server_identity', title: 'Identity', width: 'minmax(80px, .8fr)', look: 'left', cell: text('server_identity') },
      { key: 'started_at', title: 'Up', width: '64px', place: 'left', look: 'left', ticks: true, cell: (row, now) => duration(now - row.started_at) },
      { key: 'token_jobs_running', title: 'Jobs', width: '92px', number: true, cell: (row) => ('token_jobs_running' in row ? `${row.token_jobs_running}, ${row.token_jobs_waiting} wait` : ''),
        hint: (row) => ('token_jobs_running' in row ? `${row.token_jobs_running} token jobs run, ${row.token_jobs_waiting} wait` : '') },
      { key: 'rpc_connections', title: 'Clients', width: '52px', drop: 4, number: true, cell: figure('rpc_connections') },
      { key: 'streams', title: 'Streams', width: '56px', number: true, value: (row) => (row.streams ? row.streams.total : 0), cell: (row) => (row.streams ? count(row.streams.total) : '') },
      { key: 'rpc_address', title: 'RPC', width: 'minmax(120px, 1fr)', look: 'name', cell: text('rpc_address') },
      { key: 'http_address', title: 'HTTP', width: 'minmax(120px, 1fr)', drop: 2, look: 'name', cell: text('http_address') },
    ],
    facts: (row) => [['State', stateMark(instanceState(row))], ['Role', row.service_role], ['Identity', row.server_identity], ['Version', row.version],
      ['Host', row.host], ['Process', row.pid], ['Started', moment(row.started_at)], ['RPC', row.rpc_address], ['HTTP', row.http_address],
      ['RPC clients', row.rpc_connections], ['Token jobs running', row.token_jobs_running], ['Token jobs waiting', row.token_jobs_waiting],
      ['Streams', row.streams && count(row.streams.total)], ['Players', row.streams && count(row.streams.clients)]],
  },
};

function instanceState(row) {
  if (row.draining) return 'DRAINING';
  return row.token_workers_ready === false ? 'STARTING' : 'READY';
}
