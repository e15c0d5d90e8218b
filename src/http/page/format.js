'use strict';
// Elements, and figures as people read them.

const byId = (id) => document.getElementById(id);

// element('p', { class: 'soft', text: 'hello' }, child, ...): properties by name, attributes where
// there is no such property, `on` for listeners. Text is never taken for markup.
function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === 'text') made.textContent = value;
    else if (name === 'class') made.className = value;
    else if (name === 'on') for (const [type, call] of Object.entries(value)) made.addEventListener(type, call);
    else if (name in made && name !== 'list' && name !== 'form') made[name] = value;
    else made.setAttribute(name, value === true ? '' : value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

const grouped = new Intl.NumberFormat('en');
const count = (number) => grouped.format(number);

function bytes(number) {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let unit = 0;
  while (number >= 1024 && unit < units.length - 1) { number /= 1024; unit++; }
  return `${number.toFixed(unit > 0 && number < 100 ? 1 : 0)} ${units[unit]}`;
}

function bitRate(bits) {
  if (!bits) return '0';
  if (bits < 1e6) return `${Math.round(bits / 1e3)} kbit/s`;
  return `${(bits / 1e6).toFixed(bits < 1e8 ? 1 : 0)} Mbit/s`;
}

// 42s, 9m 05s, 1h 05m, 3d 4h: two units, so that it is seen to count.
function duration(seconds) {
  const s = Math.max(0, Math.round(seconds));
  const two = (number) => String(number).padStart(2, '0');
  if (s < 60) return `${s}s`;
  if (s < 3600) return `${Math.floor(s / 60)}m ${two(s % 60)}s`;
  if (s < 86400) return `${Math.floor(s / 3600)}h ${two(Math.floor(s / 60) % 60)}m`;
  return `${Math.floor(s / 86400)}d ${Math.floor(s / 3600) % 24}h`;
}

// Of a time in the past: one unit is enough.
function age(then, now) {
  if (!then) return '';
  const s = Math.max(0, now - then);
  if (s < 60) return 'now';
  if (s < 3600) return `${Math.floor(s / 60)}m ago`;
  if (s < 86400) return `${Math.floor(s / 3600)}h ago`;
  return `${Math.floor(s / 86400)}d ago`;
}

function timeLeft(row, now) {
  if (!row.until) return '';
  return row.until < 0 ? 'until unbanned' : duration(row.until - now);
}

function clock(milliseconds) {
  return new Date(milliseconds).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false });
}

function moment(seconds) {
  return seconds ? new Date(seconds * 1000).toLocaleString() : '';
}

// A proxy's URL, its password already taken out.
function urlParts(url) {
  const [, scheme, user, host] = url.match(/^(\w+):\/\/(?:([^:@]*)[^@]*@)?(.*)$/) || [null, '', '', url];
  return { scheme, user, host };
}

const STATE_LOOKS = {
  ACTIVE: 'good', RESTING: 'wait', BANNED: 'bad',
  STREAMING: 'good', CONNECTING: 'wait', WAITING_RETRY: 'wait', FAILED: 'bad', IDLE: 'calm',
  READY: 'good', STARTING: 'wait', DRAINING: 'wait',
  DOWNLOADING: 'good', PROBING: 'good', GETTING_TOKEN: 'good', PULLING: 'calm', ASSIGNING: 'good',
  MARKING: 'good', PAUSED: 'wait', STOPPED: 'bad',
};

function stateMark(state) {
  const words = state.toLowerCase().replaceAll('_', ' ');
  return element('span', { class: `state ${STATE_LOOKS[state] || 'calm'}`, text: words });
}
