// --8<-- [start:poll]
// Ask now and then whether there is news. Rest while nobody looks, and when it fails.
const list = document.querySelector("#events");
const EVERY = 5_000, AT_MOST = 60_000; // milliseconds
let etag = list.dataset.etag, pause = EVERY, timer;

async function poll() {
  if (document.hidden) return;
  try {
    const answer = await fetch(list.dataset.poll, {
      headers: { "If-None-Match": etag }, // set here, a 304 is seen here
      signal: AbortSignal.timeout(10_000),
    });
    if (answer.status === 200) {
      show((await answer.json()).events);
      etag = answer.headers.get("ETag");
    } else if (answer.status !== 304) {
      throw new Error(`status ${answer.status}`);
    }
    pause = EVERY;
  } catch {
    pause = Math.min(2 * pause, AT_MOST);
  }
  clearTimeout(timer);
  timer = setTimeout(poll, pause * (0.9 + 0.2 * Math.random())); // not all in step
}

function show(events) {
  list.replaceChildren(...events.map(({ at, note, place }) => {
    const item = document.createElement("li");
    item.textContent = `${new Date(at).toLocaleString()} ${note}, ${place}`; // text, never HTML
    return item;
  }));
}

document.addEventListener("visibilitychange", poll);
timer = setTimeout(poll, EVERY);
// --8<-- [end:poll]
