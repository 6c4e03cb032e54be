// The rows of the camera, kept in this browser until they are downloaded: a reload or a closed tab loses none.

const PATIENCE_MS = 700;

/** `fields` are the columns, `rows` what the server gave, `session` the server's session that goes on after a reload. */
export class KeptRows {
  fields = [];
  rows = [];
  session = null;
  downloaded = false;
  /** Whether this tab keeps them: of several tabs one does. */
  keeps = false;
  /** Whether the browser has room for them. */
  full = false;

  /** Those that `person` has left here; none that were downloaded. */
  static async open(person) {
    const kept = new KeptRows();
    kept.key = `formdigits.live.${person}`;
    kept.keeps = await only(kept.key);
    if (kept.keeps) kept.#load();
    return kept;
  }

  add(row, session) {
    this.rows.push({ session, ...row, readings: row.readings.map(known) });
    if (this.fields.length) this.fields = together(this.fields, row);
    this.downloaded = false;
    this.#write(this.#row(this.rows.length - 1), this.rows.at(-1));
    this.save();
  }

  /** Columns of a session that begins, none for numbers on plain paper; those of earlier rows stay. */
  columns(fields) {
    const begun = this.rows.length ? this.fields : [];
    this.fields = begun.length || fields.length ? together([...begun, ...fields], ...this.rows) : [];
    this.save();
  }

  undo() {
    this.rows.pop();
    this.#remove(this.#row(this.rows.length));
    this.save();
  }

  clear() {
    this.rows.forEach((_, at) => this.#remove(this.#row(at)));
    Object.assign(this, { rows: [], fields: [], session: null, downloaded: false });
    this.save();
  }

  /** What is known of the table as a whole; its rows are written one by one. */
  save() {
    const { fields, session, downloaded, rows } = this;
    this.#write(this.key, { fields, session, downloaded, rows: rows.length });
  }

  #load() {
    try {
      const { fields, session, downloaded, rows } = JSON.parse(localStorage.getItem(this.key)) ?? { rows: 0 };
      this.rows = Array.from({ length: rows }, (_, at) => JSON.parse(localStorage.getItem(this.#row(at))))
        .filter((row) => row?.readings);
      Object.assign(this, { fields: fields ?? [], session: session ?? null, downloaded: downloaded === true });
    } catch {
      // Not ours, or of another version.
      this.rows = [];
    }
    if (this.downloaded) this.clear();
  }

  #row(at) {
    return `${this.key}.${at}`;
  }

  #write(key, value) {
    if (!this.keeps) return;
    try {
      localStorage.setItem(key, JSON.stringify(value));
    } catch {
      this.full = true;
    }
  }

  #remove(key) {
    if (this.keeps) localStorage.removeItem(key);
  }
}

/** The names and those of the fields of `rows`, each once. */
function together(names, ...rows) {
  return [...new Set([...names, ...rows.flatMap((row) => row.readings.map((one) => one.field))])];
}

/** The reading as the server takes it back: JSON has no word for a number that is not known. */
function known(one) {
  const placed = one.quad.flat().every(Number.isFinite);
  return { ...one, confidence: one.confidence ?? 0, quad: placed ? one.quad : [] };
}

/** Whether no other tab has it; holds it while this one is open. */
async function only(key) {
  if (!navigator.locks) return true;
  return new Promise((resolve) => {
    navigator.locks.request(key, { signal: AbortSignal.timeout(PATIENCE_MS) }, () => {
      resolve(true);
      return new Promise(() => {});
    }).catch(() => resolve(false));
  });
}
