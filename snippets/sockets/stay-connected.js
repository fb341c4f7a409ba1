// --8<-- [start:stay]
// Each deployment and each lost network closes a socket, and a browser opens it no second time.
// `open` makes a new WebSocket whenever one is needed; `hear` gets each message.
function stayConnected(open, hear) {
  let socket;
  let failures = 0;

  async function connect() {
    try {
      socket = await open();
    } catch {
      return later();
    }
    socket.onopen = () => (failures = 0);
    socket.onmessage = (event) => hear(JSON.parse(event.data));
    socket.onclose = later;
  }

  function later() {
    // Later each time, and by chance: after a restart not all come back in the same second.
    const seconds = Math.min(30, 2 ** failures++) * (0.5 + Math.random() / 2);
    setTimeout(connect, 1000 * seconds);
  }

  // Tells whether it was sent. What was not, and what no answer came to, is to be sent again.
  function send(message) {
    if (socket?.readyState !== WebSocket.OPEN) return false;
    socket.send(JSON.stringify(message));
    return true;
  }

  connect();
  return { send };
}
// --8<-- [end:stay]

// --8<-- [start:channels]
// The session's cookie goes along by itself.
function openDepot(depot) {
  return new WebSocket(`/sockets/depots/${depot}/`);
}
// --8<-- [end:channels]

// --8<-- [start:relay]
// A new token for each connection: it is Django that says whether we may still listen.
async function openRoom(depot) {
  const answer = await fetch(`/depots/${depot}/token/`);
  if (!answer.ok) throw new Error(`no token: ${answer.status}`);
  const { token } = await answer.json();
  return new WebSocket("/relay", ["relay", token]);
}
// --8<-- [end:relay]
