// The guide, one question at a time. Every text is in the page; this hides all cards but one.
//
// The address is the only state: `#slow,load` are the answers so far, `~` after one says that it
// was not known, and `#slow,load;push` is a walk beside a finished one that it is compared with. So
// a step is an ordinary link, the browser's history works by itself, and nothing that a reader says
// is kept or sent.

let guide = null; // on the page that is shown, or null
let keysChoose = true;
const TOP = "guide"; // the first question's anchor where there is no script

const answersOf = (card) => [...card.querySelectorAll(".cr-answers [data-answer]")];
const waysOf = (card) => [...card.querySelectorAll("[data-answer]")]; // what is taken unknown, too
const titleOf = (card) => card.querySelector(".cr-card__title");
const pageOf = (url) => url.replace(/[?#].*$/, "");
const hrefOf = (path, held = guide.held) => `#${held ? `${held.join(",")};` : ""}${path.join(",")}`;
const pathOf = (steps) => steps.map((step) => step.answer.dataset.answer);

// Answers as the tree has them now, when they are from a link to an older one.
const current = (ids) => {
  let path = ids;
  for (const _ of guide.moved) {
    for (const [old, now] of guide.moved) {
      if (old.every((id, place) => path[place] === id)) path = [...now, ...path.slice(old.length)];
    }
  }
  return path;
};

// What the address says: the answers, and those of the walk to compare with, or undefined.
const said = () => {
  let hash = location.hash.slice(1);
  try {
    hash = decodeURIComponent(hash);
  } catch {
    // It is no address of ours, and will be said to be unknown.
  }
  if (hash === TOP) hash = "";
  const [now, held] = hash.split(";").reverse();
  return [now, held].map((path) => path?.split(",").filter(Boolean)).map((ids) => ids && current(ids));
};

const walk = (ids) => {
  const steps = [];
  let card = guide.cards.get(guide.root.dataset.root);
  for (const id of ids) {
    const answer = waysOf(card).find((one) => one.dataset.answer === id);
    if (!answer) break;
    steps.push({ card, answer, before: ids.slice(0, steps.length) });
    card = guide.cards.get(answer.dataset.next);
  }
  return { steps, card, unknown: ids[steps.length] };
};

// Questions still to come on the longest way from this card, itself included.
const longest = (card) => {
  const onward = answersOf(card).map((one) => longest(guide.cards.get(one.dataset.next)));
  return onward.length ? 1 + Math.max(...onward) : 0;
};

const make = (tag, className, ...content) => {
  const element = document.createElement(tag);
  element.className = className;
  element.append(...content);
  return element;
};

const NOT_KNOWN = " (not known: the guide took the answer that does the least harm)";
const isAssumed = (answer) => answer.dataset.answer.endsWith("~");
const idOf = ({ answer }) => answer.dataset.answer.replace("~", "");

const stepOf = ({ card, answer, before }) => {
  const note = isAssumed(answer) ? " (not known)" : "";
  const say = answer.querySelector(".cr-answer__say").textContent + note;
  const ask = make("span", "cr-trail__ask", titleOf(card).textContent);
  const link = make("a", "cr-trail__step", ask, " ", make("span", "cr-trail__say", say));
  link.href = hrefOf(before);
  return make("li", "", link);
};

const showTrail = (steps, card, unknown) => {
  const { trail, progress, number, most, back, again } = guide.parts;
  const path = pathOf(steps);
  trail.hidden = back.hidden = again.hidden = !steps.length;
  trail.firstElementChild.replaceChildren(...steps.map(stepOf));
  progress.hidden = !longest(card);
  number.textContent = steps.length + 1;
  most.textContent = steps.length + longest(card);
  back.href = hrefOf(path.slice(0, -1));
  for (const answer of waysOf(card)) answer.href = hrefOf([...path, answer.dataset.answer]);
  guide.parts.unknown.hidden = unknown === undefined;
  guide.parts.unknown.querySelector("code").textContent = unknown ?? "";
};

// Leaves the page where it is as long as the new question can be seen.
const bringIntoView = (title) => {
  const { top } = title.getBoundingClientRect();
  const header = document.querySelector(".md-header")?.offsetHeight ?? 0;
  if (top < header || top > innerHeight / 2) guide.root.scrollIntoView();
};

// An older link, or one with its commas encoded, is spelled as links are now.
const correct = (path) => {
  const { hash } = new URL(hrefOf(path), guide.address);
  if (hash !== location.hash) history.replaceState(history.state, "", guide.address + hash);
};

const show = ({ moved }) => {
  const [now, held] = said();
  let walked = walk(now);
  const other = held && walk(held);
  const isElsewhere = !walked.steps.length && guide.isAnchor(walked.unknown);
  if (isElsewhere) walked = walk(pathOf(guide.steps)); // another part of the page is looked at
  else guide.held = other && isAdvice(other.card) ? pathOf(other.steps) : undefined;
  const { steps, card } = walked;
  const unknown = walked.unknown ?? other?.unknown;
  Object.assign(guide, { shown: card, steps });
  if (!isElsewhere && unknown === undefined) correct(pathOf(steps));
  guide.hash = location.hash;
  for (const one of guide.cards.values()) one.hidden = one !== card;
  showTrail(steps, card, unknown);
  if (isAdvice(card)) complete(card).catch(() => {}); // the link to the page stays
  compare(steps, card);
  showMap();
  if (isElsewhere) return;
  if (moved) titleOf(card).focus({ preventScroll: true });
  if (moved || steps.length) bringIntoView(titleOf(card));
};

const isHere = () => guide?.address === pageOf(location.href);

const follow = () => {
  if (isHere() && guide.root.isConnected && location.hash !== guide.hash) show({ moved: true });
};

const isAdvice = (card) => card.dataset.page !== undefined;

const asked = new WeakMap();

// What is not on the page is asked for once, and again only where that failed.
const once = (element, fill) => {
  if (!asked.has(element)) {
    const filled = fill(element);
    filled.catch(() => asked.delete(element));
    asked.set(element, filled);
  }
  return asked.get(element);
};

const fetched = async (source) => {
  const answer = await fetch(source);
  if (!answer.ok) throw new Error(answer.status);
  return new DOMParser().parseFromString(await answer.text(), "text/html");
};

// Completes an advice from its own page, so that this page does not grow with every advice.
const complete = (card) => once(card, fill);

const fill = async (card) => {
  const source = new URL(card.dataset.page, location.href);
  const page = await fetched(source);
  card.dataset.complete = "";
  for (const link of page.querySelectorAll(".cr-advice a")) {
    link.href = new URL(link.getAttribute("href"), source);
  }
  const actions = card.querySelector(".cr-actions");
  actions.before(...page.querySelectorAll(".cr-advice__now"));
  actions.after(...page.querySelectorAll(".cr-advice__reasons, .cr-advice__record"));
  for (const heading of card.querySelectorAll("section h2")) heading.setAttribute("aria-level", 3);
  card.querySelector("[data-copy]").hidden = false;
};

const markdownOf = (element) => {
  const copied = element.cloneNode(true);
  for (const code of copied.querySelectorAll("code")) code.replaceWith(`\`${code.textContent}\``);
  return copied.textContent;
};

const factOf = ({ card, answer }) => {
  const say = markdownOf(answer.querySelector(".cr-answer__say"));
  return `- ${markdownOf(titleOf(card))} **${say}**${isAssumed(answer) ? NOT_KNOWN : ""}`;
};

const recordOf = (card) => {
  const now = new Date();
  const path = pathOf(guide.steps);
  const tokens = {
    date: new Date(now - now.getTimezoneOffset() * 60_000).toISOString().slice(0, 10),
    facts: guide.steps.map(factOf).join("\n"),
    path: path.join(","),
    permalink: guide.address + hrefOf(path, null),
    site: new URL("..", guide.address).href.replace(/\/$/, ""),
  };
  const record = card.querySelector(".cr-advice__record").content.textContent;
  return record.replace(/{{(\w+)}}/g, (token, name) => tokens[name] ?? token);
};

const offer = (record, after) => {
  const area = make("textarea", "cr-record", record);
  area.readOnly = true;
  area.setAttribute("aria-label", "Decision record");
  after.closest(".cr-card").querySelector(".cr-record")?.remove();
  after.after(area);
  area.select();
};

const copy = async (button) => {
  const record = recordOf(guide.shown);
  const status = button.parentElement.querySelector("[role=status]");
  status.textContent = "";
  try {
    await navigator.clipboard.writeText(record);
    status.textContent = button.dataset.done;
  } catch {
    offer(record, button.parentElement);
    status.textContent = button.dataset.failed;
  }
};

// Two walks side by side. The texts are those of the advice cards, completed from their pages.

const PARTS = [
  ["What to do", (card) => card.querySelectorAll(".cr-advice__recommend")],
  ["Why, and the first step", (card) => card.querySelectorAll(".cr-advice__now > p")],
  ...["Evidence", "What it costs", "What would change this"].map((name) => [
    name,
    (card) =>
      [...card.querySelectorAll(".cr-advice__reasons section")]
        .filter((section) => section.querySelector("h2").textContent === name)
        .flatMap((section) => [...section.children].slice(1)),
  ]),
];

const row = (name, ...cells) => {
  const head = make("th", "cr-compare__part", name);
  head.colSpan = cells.length;
  head.scope = "rowgroup";
  const body = make("tbody", "", make("tr", "", head), make("tr", "", ...cells));
  return body;
};

const cellOf = (elements) => {
  const copies = [...elements].map((element) => element.cloneNode(true));
  return make("td", "", ...(copies.length ? copies : ["See its page."]));
};

const saidIn = (steps) => {
  const list = make("ol", "cr-compare__steps");
  for (const { card, answer } of steps) {
    const say = make("strong", "", answer.querySelector(".cr-answer__say").textContent);
    list.append(make("li", "", titleOf(card).textContent, " ", say));
  }
  return list;
};

const headOf = (label, card) => {
  const link = make("a", "", titleOf(card).textContent);
  link.href = card.dataset.page;
  const head = make("th", "", `${label}: `, link);
  head.scope = "col";
  return head;
};

const tableOf = (walks) => {
  const [one, other] = walks.map((walked) => walked.steps);
  const parting = one.findIndex((step, place) => idOf(step) !== (other[place] && idOf(other[place])));
  const [a, b] = walks.map((walked) => walked.card);
  const table = make("table", "");
  table.append(
    make("caption", "", "The two walks, from where they part"),
    make("thead", "", make("tr", "", headOf("A", a), headOf("B", b))),
    row("What you said", ...[one, other].map((steps) => cellOf([saidIn(steps.slice(parting))]))),
    ...PARTS.map(([name, find]) => row(name, cellOf(find(a)), cellOf(find(b)))),
  );
  return table;
};

// Shows what is compared with; at the end of the second walk, both.
const compare = async (steps, card) => {
  const { held: bar, compare: area } = guide.parts;
  const path = pathOf(steps);
  for (const link of card.querySelectorAll("[data-compare]")) {
    link.href = hrefOf([], path);
    link.hidden = Boolean(guide.held);
  }
  bar.hidden = !guide.held;
  area.hidden = true;
  guide.root.classList.remove("is-compared");
  if (!guide.held) return;
  const held = walk(guide.held);
  const [title, stop] = bar.querySelectorAll("a");
  title.textContent = titleOf(held.card).textContent;
  title.href = hrefOf(guide.held, null);
  stop.href = hrefOf(path, null);
  if (!isAdvice(card)) return;
  const isSame = held.card === card;
  if (!isSame) {
    await Promise.allSettled([complete(held.card), complete(card)]);
    if (guide?.steps !== steps) return; // the reader has gone on
  }
  area.replaceChildren(
    isSame ? make("p", "", "Both walks lead to the same advice.") : tableOf([held, { steps, card }]),
  );
  area.hidden = false;
  guide.root.classList.toggle("is-compared", !isSame);
};

// The whole guide as a picture, from its own page, with the way marked on it.

const draw = async (place) => {
  const source = new URL(place.parentElement.dataset.page, guide.address);
  try {
    const picture = (await fetched(source)).querySelector(".cr-map__scroll");
    for (const link of picture.querySelectorAll("a")) {
      link.href.baseVal = new URL(link.href.baseVal, source).href;
    }
    place.replaceChildren(picture);
  } catch (error) {
    const link = make("a", "", "The picture has a page of its own.");
    link.href = source;
    place.replaceChildren(make("p", "", link));
    throw error;
  }
};

const showMap = () => {
  const { map } = guide.parts;
  const mark = () => guide?.parts.map === map && markMap(map.querySelector("svg"));
  if (map.open) once(map.querySelector("div"), draw).then(mark, () => {});
};

const markMap = (picture) => {
  const walked = guide.steps.map((step) => `${step.card.dataset.card}:${idOf(step)}`);
  const passed = guide.steps.map(({ card }) => card.dataset.card);
  let here;
  for (const branch of picture.querySelectorAll("[data-edge]")) {
    branch.classList.toggle("is-walked", walked.includes(branch.dataset.edge));
    if (branch.dataset.edge === walked.at(-1)) here = branch.querySelector("text");
  }
  for (const node of picture.querySelectorAll("[data-node]")) {
    node.classList.toggle("is-walked", passed.includes(node.dataset.node));
    const isHere = node.dataset.node === guide.shown.dataset.card;
    node.classList.toggle("is-here", isHere);
    if (isHere) here = node;
  }
  // Not scrollIntoView: the page itself stays where the reader is.
  const frame = picture.parentElement;
  frame.scrollLeft = here.getBBox().x - frame.clientWidth / 3;
};

const onClick = (event) => {
  const button = event.target.closest("[data-copy]");
  if (button) copy(button);
  const link = event.target.closest("a");
  const href = link?.href.baseVal ?? link?.href; // of a link in the picture, or of any other
  const isStep = href?.includes("#") && pageOf(href) === guide.address;
  if (!isStep || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  event.stopPropagation();
  const { hash } = new URL(href, guide.address);
  step(hash === `#${TOP}` ? "" : hash);
};

const begin = (root) => {
  const cards = [...root.querySelectorAll("[data-card]")];
  const parts = [...root.querySelectorAll("[data-part]")];
  const anchors = new Set();
  // A path in the address is a state now, not a place to scroll to.
  for (const element of root.querySelectorAll(".cr-place :is(.cr-card__title, li)[id]")) {
    anchors.add(element.id);
    element.removeAttribute("id");
  }
  guide = {
    root,
    address: pageOf(location.href),
    cards: new Map(cards.map((card) => [card.dataset.card, card])),
    parts: Object.fromEntries(parts.map((one) => [one.dataset.part, one])),
    isAnchor: (id) => anchors.has(id) || Boolean(id && document.getElementById(id)),
    steps: [],
    moved: Object.entries(JSON.parse(root.dataset.moved)).map((paths) =>
      paths.map((path) => path.split(",")),
    ),
  };
  for (const card of cards) {
    titleOf(card).tabIndex = -1;
    titleOf(card).setAttribute("aria-level", 2); // alone on the page, it is no longer nested
    answersOf(card).forEach((one, place) => one.setAttribute("aria-keyshortcuts", place + 1));
    if (answersOf(card).length) titleOf(card).setAttribute("aria-describedby", "cr-progress");
  }
  guide.parts.keys.checked = keysChoose;
  guide.parts.keys.addEventListener("change", ({ target }) => (keysChoose = target.checked));
  guide.parts.controls.hidden = guide.parts.map.hidden = false;
  guide.parts.map.addEventListener("toggle", showMap);
  root.classList.add("is-live");
  root.addEventListener("click", onClick);
  show({ moved: false });
};

addEventListener("keydown", (event) => {
  const isTyping = event.target.closest?.("input:not([type=checkbox]), textarea, select");
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || isTyping) return;
  if (!guide?.root.isConnected || !keysChoose || !/^[1-9]$/.test(event.key)) return;
  answersOf(guide.shown)[event.key - 1]?.click();
});

// Material's instant navigation, told for the first time of a place on this page, fetches all of
// it and puts it in anew. So a step is ours. Material is told of it only when it knows this page
// already: else it would take a click on this page's tab for one that leads nowhere.
let known = null; // the last place that Material was told of

const step = (hash) => {
  if (hash === location.hash) return;
  history.pushState(null, "", guide.address + hash);
  follow();
  if (known?.pathname === location.pathname) location$.next(new URL(location.href));
};

location$.subscribe((url) => {
  known = url;
  follow();
});
document$.subscribe(() => {
  const root = document.querySelector(".cr-guide");
  if (!root) guide = null;
  else if (!isHere()) begin(root);
  else if (root !== guide.root) {
    root.replaceWith(guide.root); // Material has put it in anew; ours holds what was opened
    show({ moved: true });
  }
});
