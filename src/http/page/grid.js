// A list of any length: rows of one height, of which only those in view exist. One stop of the Tab
// key; arrows move within it, and up into the titles.

const OVERSCAN = 8;
// As the style sheets have it.
const isNarrow = () => matchMedia('(max-width: 700px)').matches;

class Grid {
  // open(row), key(row, key): what Enter and other keys do
  constructor(root, on) {
    this.root = root;
    this.on = on;
    this.rows = [];
    this.made = new Map(); // index -> element
    this.focused = null; // id of the row that the keyboard is at
    this.head = element('div', { class: 'head', role: 'row' });
    this.space = element('div', { class: 'space', role: 'rowgroup' });
    this.blank = element('div', { class: 'empty', hidden: true });
    root.setAttribute('role', 'grid');
    root.append(this.head, this.space, this.blank);
    root.addEventListener('scroll', () => this.paint(), { passive: true });
    this.space.addEventListener('keydown', (event) => this.onKey(event));
    this.head.addEventListener('keydown', (event) => this.onHeadKey(event));
    this.space.addEventListener('click', (event) => this.onClick(event));
    this.space.addEventListener('focusin', (event) => this.onFocus(event));
    new ResizeObserver(() => this.refresh()).observe(root);
  }

  // columns: { key, title, width, place, number, cell(row, now) }; sort: { key, down }
  // Where there is not the width for all, those with the highest `drop` are left out first.
  show(columns, label, sort, onSort) {
    this.shown = { columns, sort, onSort };
    this.root.setAttribute('aria-label', label);
    this.root.scrollTop = 0;
    this.focused = null;
    this.fit();
  }

  fit() {
    const { columns, sort, onSort } = this.shown;
    this.fittedWidth = this.root.clientWidth;
    this.fitColumns([...columns]);
    this.head.replaceChildren(...this.columns.map((column) => this.makeTitle(column, sort, onSort)));
    this.clear();
  }

  fitColumns(columns) {
    const least = () => columns.reduce((sum, column) => sum + parseInt(column.width.match(/\d+/)[0], 10) + 14, 14);
    const last = () => columns.reduce((a, b) => ((b.drop || 0) > (a.drop || 0) ? b : a));
    while (!isNarrow() && least() > this.fittedWidth && last().drop) columns.splice(columns.indexOf(last()), 1);
    this.columns = columns;
    this.leastWidth = least();
    this.root.setAttribute('aria-colcount', columns.length);
    this.template = columns.map((column) => column.width).join(' ');
    this.head.style.gridTemplateColumns = this.template;
  }

  makeTitle(column, sort, onSort) {
    const direction = sort.key === column.key ? (sort.down ? 'descending' : 'ascending') : 'none';
    return element('div', { role: 'columnheader', class: column.number ? 'number' : '', 'aria-sort': column.key ? direction : null },
      column.key ? element('button', { class: 'sort', type: 'button', tabIndex: -1, text: column.title, on: { click: () => onSort(column.key) } })
        : element('span', { class: 'hidden', text: column.title }));
  }

  setRows(rows, blank) {
    this.rows = rows;
    this.root.setAttribute('aria-rowcount', rows.length + 1);
    this.blank.hidden = rows.length > 0;
    this.blank.replaceChildren(...blank);
    this.refresh();
  }

  clear() {
    this.made.forEach((made) => made.remove());
    this.made.clear();
  }

  // Everything in view anew: rows changed, or time went on.
  refresh() {
    if (!this.columns) return;
    if (this.root.clientWidth !== this.fittedWidth) this.fit();
    this.height = isNarrow() ? 58 : 34;
    this.space.style.height = `${this.rows.length * this.height}px`;
    const least = this.height > 34 ? '0' : `${this.leastWidth}px`;
    this.space.style.minWidth = least;
    this.head.style.minWidth = least;
    this.now = store.now();
    this.paint(true);
  }

  range() {
    const top = Math.max(0, this.root.scrollTop - this.head.offsetHeight);
    const first = Math.max(0, Math.floor(top / this.height) - OVERSCAN);
    const last = Math.min(this.rows.length, Math.ceil((top + this.root.clientHeight) / this.height) + OVERSCAN);
    return [first, last];
  }

  paint(again) {
    const [first, last] = this.range();
    for (const [index, made] of this.made) {
      if (index >= first && index < last) continue;
      if (made.contains(document.activeElement)) continue; // the keyboard stays where it is
      made.remove();
      this.made.delete(index);
    }
    for (const [index] of this.made) if (index >= this.rows.length) { this.made.get(index).remove(); this.made.delete(index); }
    for (let index = first; index < last; index++) {
      const made = this.made.get(index);
      if (!made) this.make(index);
      else if (again || made.rowId !== this.rows[index].id) this.fill(made, index);
    }
    this.setTabStop(first);
  }

  make(index) {
    const made = element('div', { class: 'row', role: 'row', tabIndex: -1 });
    made.style.gridTemplateColumns = this.template;
    for (const column of this.columns) {
      made.append(element('div', { role: 'gridcell', class: [column.number ? 'number' : '', column.look || '', column.place ? `in-${column.place}` : ''].join(' ') }));
    }
    this.made.set(index, made);
    this.space.append(made);
    this.fill(made, index);
  }

  fill(made, index) {
    const row = this.rows[index];
    if (made.rowId !== row.id && made === document.activeElement) this.focused = row.id;
    const isSame = made.row === row;
    made.rowId = row.id;
    made.row = row;
    made.setAttribute('aria-rowindex', index + 2);
    made.style.transform = `translateY(${index * this.height}px)`;
    this.columns.forEach((column, place) => {
      if (!isSame || column.ticks) this.fillCell(made.children[place], column, row);
    });
  }

  // What is the same stays: a button that is being clicked must not be replaced by its like.
  fillCell(cell, column, row) {
    const content = column.cell(row, this.now);
    if (!(content instanceof Node)) {
      if (cell.textContent !== content || cell.firstElementChild) cell.textContent = content;
    } else if (!cell.firstChild || !cell.firstChild.isEqualNode(content)) {
      cell.replaceChildren(content);
    }
    if (column.hint) cell.title = column.hint(row) || '';
  }

  setTabStop(first) {
    let stop = null;
    for (const [index, made] of this.made) {
      made.tabIndex = -1;
      if (made.rowId === this.focused || (stop === null && index === first)) stop = made;
    }
    if (stop) stop.tabIndex = 0;
  }

  indexOf(target) {
    const made = target.closest('.row');
    for (const [index, each] of this.made) if (each === made) return index;
    return -1;
  }

  onFocus(event) {
    const index = this.indexOf(event.target);
    if (index >= 0) { this.focused = this.rows[index].id; this.setTabStop(index); }
  }

  onClick(event) {
    const index = this.indexOf(event.target);
    const button = event.target.closest('button');
    if (index < 0) return;
    if (button) this.on.key(this.rows[index], button.value);
    else if (!getSelection().toString()) this.on.open(this.rows[index]);
  }

  onKey(event) {
    const index = this.indexOf(event.target);
    if (index < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    const page = Math.max(1, Math.floor(this.root.clientHeight / this.height) - 2);
    const moves = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity };
    if (event.key === 'ArrowUp' && index === 0) this.head.querySelector('button').focus();
    else if (event.key in moves) this.focusRow(Math.min(Math.max(index + moves[event.key], 0), this.rows.length - 1));
    else if (event.key === 'Enter' && event.target.matches('.row')) this.on.open(this.rows[index]);
    else if (event.key === 'b' || event.key === 'r') this.on.key(this.rows[index], event.key);
    else return;
    event.preventDefault();
  }

  onHeadKey(event) {
    const titles = [...this.head.querySelectorAll('button')];
    const place = titles.indexOf(event.target);
    if (event.key === 'ArrowDown') this.focusRow(0);
    else if (event.key === 'ArrowLeft' || event.key === 'ArrowRight') {
      const next = titles[place + (event.key === 'ArrowRight' ? 1 : -1)];
      if (next) next.focus();
    } else return;
    event.preventDefault();
  }

  focusRow(index) {
    if (index < 0 || index >= this.rows.length) return;
    const top = index * this.height;
    const head = this.head.offsetHeight;
    const view = this.root.clientHeight - head;
    if (top < this.root.scrollTop) this.root.scrollTop = top;
    else if (top + this.height > this.root.scrollTop + view) this.root.scrollTop = top + this.height - view;
    this.paint();
    const made = this.made.get(index);
    if (made) made.focus({ preventScroll: true });
  }
}
