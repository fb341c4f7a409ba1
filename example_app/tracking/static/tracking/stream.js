// --8<-- [start:stream]
// Show each event as it comes. The browser reconnects by itself and says what it saw last.
const list = document.querySelector("#events");
let source, timer;

function listen() {
  clearTimeout(timer);
  source?.close();
  if (document.hidden) return; // a page that nobody looks at needs no stream
  source = new EventSource(`${list.dataset.stream}?after=${list.dataset.last}`);
  source.onmessage = ({ data, lastEventId }) => {
    list.dataset.last = lastEventId;
    show(JSON.parse(data));
  };
  source.onerror = () => {
    // After an answer such as 502 or 503 the browser does not try again, so we do.
    if (source.readyState === EventSource.CLOSED) {
      timer = setTimeout(listen, 5_000 + 10_000 * Math.random());
    }
  };
}

function show({ at, note, place }) {
  const item = document.createElement("li");
  item.textContent = `${new Date(at).toLocaleString()} ${note}, ${place}`; // text, never HTML
  list.append(item);
}

document.addEventListener("visibilitychange", listen);
listen();
// --8<-- [end:stream]
