// Search, loaded when a reader turns to it. Material fetches the index and starts the worker on
// every page, and the two weigh as much as the page itself. This runs before Material's bundle and
// lets both wait until search is pointed at, focused (by a key too) or opened (as `?q=` does).
(() => {
  if (location.protocol === "file:") return; // no worker may run there, and Material must see that
  const { Worker } = window;
  const { open, send } = XMLHttpRequest.prototype;
  const indexes = new WeakSet();
  let begin;
  const wanted = new Promise((resolve) => (begin = resolve));

  // What readers paste is no query: to the index `-k` says "without k", and `^` and `~` are weights.
  // A word that is there as typed counts for more than one that only begins so.
  const asQuery = (words) =>
    words.replace(/[-+*:^~]/g, " ").replace(/[^\s"]+(?!\S)/g, "$&^10 $&");

  window.Worker = class extends EventTarget {
    constructor(url) {
      super();
      const whole = new URL(url, location); // now, because instant navigation moves the base
      this.worker = wanted.then(() => new Worker(whole));
      this.worker.then((worker) => {
        worker.onmessage = ({ data }) => this.dispatchEvent(new MessageEvent("message", { data }));
      });
    }
    postMessage({ type, data }) {
      const message = { type, data: type === 2 ? asQuery(data) : data };
      this.worker.then((worker) => worker.postMessage(message));
    }
  };
  XMLHttpRequest.prototype.open = function (method, url) {
    if (`${url}`.endsWith("/search/search_index.json")) indexes.add(this);
    open.apply(this, arguments);
  };
  XMLHttpRequest.prototype.send = function () {
    if (indexes.has(this)) wanted.then(() => send.apply(this, arguments));
    else send.apply(this, arguments);
  };

  const onSearch = ({ target }) => {
    if (target.closest?.(".md-search, [for=__search], #__search")) begin();
  };
  for (const kind of ["pointerover", "focusin", "change"]) addEventListener(kind, onSearch);
  if (new URLSearchParams(location.search).has("h")) begin(); // words to mark on this page
})();
