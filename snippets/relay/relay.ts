// A relay for WebSockets: `node relay.ts`. It knows rooms and who may enter them, and no models.
import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import { WebSocket, WebSocketServer } from "ws";

// --8<-- [start:token]
const { RELAY_KEY: key, RELAY_ORIGINS: origins, PORT = "8003", PING_S = "30" } = process.env;
if (!key || !origins) throw new Error("set RELAY_KEY and RELAY_ORIGINS=https://desk.example");

interface Claims {
  aud: "room" | "publish";
  room: string;
  exp: number;
  sub?: string;
  send?: boolean;
}

// What Django signed, or null: forged, too old, or for something else. HS256 and nothing else:
// what a token itself says of its algorithm is not asked.
function claimsOf(token: string, wanted: Claims["aud"]): Claims | null {
  const [header, body = "", signature = ""] = token.split(".");
  const right = createHmac("sha256", key!).update(`${header}.${body}`).digest();
  const given = Buffer.from(signature, "base64url");
  if (given.length !== right.length || !timingSafeEqual(given, right)) return null;
  try {
    const claims: Claims = JSON.parse(Buffer.from(body, "base64url").toString());
    return claims.aud === wanted && claims.exp * 1000 > Date.now() ? claims : null;
  } catch {
    return null;
  }
}
// --8<-- [end:token]

// --8<-- [start:rooms]
const rooms = new Map<string, Set<WebSocket>>();
const answering = new WeakSet<WebSocket>();

function tell(room: string, text: string, except?: WebSocket): void {
  for (const socket of rooms.get(room) ?? []) {
    if (socket === except) continue;
    // What a slow reader has not read is kept in memory here. It may come back, and begin anew.
    if (socket.bufferedAmount > 1_000_000) socket.terminate();
    else socket.send(text);
  }
}

function enter(socket: WebSocket, { room, sub, send, exp }: Claims): void {
  const members = rooms.get(room) ?? new Set();
  rooms.set(room, members.add(socket));
  answering.add(socket);
  // The socket ends with its token. For a new one, the client must ask Django again.
  const end = setTimeout(() => socket.close(4001, "token expired"), exp * 1000 - Date.now());
  socket.on("message", (data, isBinary) => {
    if (isBinary || !send) return socket.close(1008, "may not send this");
    tell(room, JSON.stringify({ from: sub, text: data.toString() }), socket);
  });
  socket.on("pong", () => answering.add(socket));
  socket.on("error", () => socket.terminate()); // such as a message that is too long
  socket.on("close", () => {
    clearTimeout(end);
    members.delete(socket);
    if (!members.size) rooms.delete(room);
  });
}
// --8<-- [end:rooms]

// --8<-- [start:server]
async function publish(request: IncomingMessage): Promise<number> {
  if (request.url === "/health/") return 200;
  if (request.method !== "POST" || request.url !== "/publish") return 404;
  const claims = claimsOf(request.headers.authorization?.replace("Bearer ", "") ?? "", "publish");
  if (!claims) return 401;
  let body = "";
  request.setEncoding("utf8"); // or a letter that is cut in two is lost
  for await (const part of request) if ((body += part).length > 100_000) return 413;
  tell(claims.room, JSON.stringify({ news: JSON.parse(body) }));
  return 200;
}

const server = createServer((request, response) => {
  publish(request).catch(() => 400).then((status) => response.writeHead(status).end());
});
const sockets = new WebSocketServer({
  noServer: true, maxPayload: 4096, handleProtocols: () => "relay",
});

server.on("upgrade", (request, line, head) => {
  // A browser can send no header with a WebSocket, but it can name protocols: ["relay", token].
  // In the address, the token would be written into logs.
  const [, token = ""] = (request.headers["sec-websocket-protocol"] ?? "").split(/, */);
  const claims = claimsOf(token, "room");
  line.on("error", () => line.destroy());
  if (!claims || !origins.split(",").includes(request.headers.origin ?? ""))
    return line.end("HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
  sockets.handleUpgrade(request, line, head, (socket) => enter(socket, claims));
});
// --8<-- [end:server]

// --8<-- [start:life]
// Who did not answer the last ping is gone.
setInterval(() => {
  for (const socket of sockets.clients)
    if (answering.delete(socket)) socket.ping();
    else socket.terminate();
}, Number(PING_S) * 1000).unref();

// Asked to stop, it takes nobody new in and closes what is open; then nothing keeps it running.
process.on("SIGTERM", () => {
  server.close();
  for (const socket of sockets.clients) socket.close(1012, "restarting");
  setTimeout(() => process.exit(), 5000).unref(); // whoever does not answer
});

server.listen(Number(PORT), "127.0.0.1");
// --8<-- [end:life]
