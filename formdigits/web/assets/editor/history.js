// Undo and redo: the trees that were, and those that were undone.

const MOST_STEPS = 300;

export class History {
  #past = [];
  #future = [];

  constructor(present) {
    this.present = present;
  }

  /** The new tree; `step` names what was done. The same step within a moment (a key that is held) is one. */
  push(present, step) {
    const last = this.#past.at(-1);
    const now = Date.now();
    if (!(last && step.again && last.step.again === step.again && now - last.at < 700)) {
      this.#past.push({ tree: this.present, step, at: now });
      if (this.#past.length > MOST_STEPS) this.#past.shift();
    } else {
      last.at = now;
    }
    this.present = present;
    this.#future = [];
  }

  get canUndo() {
    return this.#past.length > 0;
  }

  get canRedo() {
    return this.#future.length > 0;
  }

  /** Goes back one step; what was undone, in words. */
  undo() {
    const { tree, step } = this.#past.pop();
    this.#future.push({ tree: this.present, step, at: 0 });
    this.present = tree;
    return step.words;
  }

  redo() {
    const { tree, step } = this.#future.pop();
    this.#past.push({ tree: this.present, step, at: 0 });
    this.present = tree;
    return step.words;
  }
}
