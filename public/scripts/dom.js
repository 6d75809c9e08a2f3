// The few things that every view needs of the document. Text enters it by textContent only.

/**
 * The one element of `root` that `selector` names.
 * @template {HTMLElement} [T=HTMLElement]
 * @param {string} selector
 * @param {ParentNode} [root]
 * @returns {T}
 * @throws {Error} if the markup lacks it
 */
export function find(selector, root = document) {
  const element = root.querySelector(selector);
  if (!element) throw new Error(`The page has no ${selector}.`);
  return /** @type {T} */ (element);
}

/**
 * A fresh copy of a `<template>`'s only element.
 * @param {string} id
 * @returns {HTMLElement}
 */
export function copyOf(id) {
  const template = /** @type {HTMLTemplateElement} */ (find(`template#${id}`));
  const element = template.content.firstElementChild?.cloneNode(true);
  if (!(element instanceof HTMLElement)) throw new Error(`The template ${id} is empty.`);
  return element;
}

/**
 * Writes `text` into the part of `root` marked `data-part="name"`, and hides the part when there is none.
 * @param {ParentNode} root
 * @param {string} name
 * @param {string | null | undefined} text
 * @returns {HTMLElement}
 */
export function write(root, name, text) {
  const element = find(`[data-part="${name}"]`, root);
  if (element.textContent !== (text ?? "")) element.textContent = text ?? "";
  element.hidden = !text;
  return element;
}

/**
 * Restarts the animation that a class stands for.
 * @param {Element} element
 * @param {string} name
 */
export function animate(element, name) {
  element.classList.remove(name);
  element.getBoundingClientRect();
  element.classList.add(name);
  element.addEventListener("animationend", () => element.classList.remove(name), { once: true });
}

/**
 * Makes `work` run at most once a frame, however often it's asked for; in a hidden tab ten times a second.
 * @param {() => void} work
 * @returns {() => void}
 */
export function oncePerFrame(work) {
  let late = 0;
  const run = () => {
    if (!late) return;
    clearTimeout(late);
    late = 0;
    work();
  };
  return () => {
    if (late) return;
    late = setTimeout(run, 100);
    requestAnimationFrame(run);
  };
}

/**
 * Resolves once what is in the document now has been painted, or would have been in a hidden tab.
 * @returns {Promise<number>} the time, in milliseconds since 1970
 */
export function painted() {
  return new Promise((resolve) => {
    const now = () => resolve(performance.timeOrigin + performance.now());
    const late = setTimeout(now, 250);
    requestAnimationFrame(() =>
      requestAnimationFrame(() => {
        clearTimeout(late);
        now();
      }),
    );
  });
}

/** Milliseconds since 1970, finer than `Date.now()`. */
export function clock() {
  return performance.timeOrigin + performance.now();
}
