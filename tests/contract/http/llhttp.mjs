// Shows how Node's HTTP parser (llhttp, in its strict mode) frames bytes. For each line {"pieces": [base64…]} it
// prints one line {"requests": [{"method", "target", "bytes", "complete"}…], "error": code or null}.
import http from 'node:http';
import net from 'node:net';
import readline from 'node:readline';

const MAX_HEADER_BYTES = 65536;

let current = null;

function onRequest(request, response) {
  const entry = {method: request.method, target: request.url, bytes: 0, complete: false};
  current.requests.push(entry);
  request.on('data', (data) => { entry.bytes += data.length; });
  request.on('end', () => {
    entry.complete = true;
    response.end();
  });
}

function onTunnel(request, socket) {
  current.requests.push({method: request.method, target: request.url, bytes: 0, complete: true});
  socket.end();
}

const server = http.createServer({
  insecureHTTPParser: false, maxHeaderSize: MAX_HEADER_BYTES, requestTimeout: 0, headersTimeout: 0,
  keepAliveTimeout: 0,
});
server.timeout = 0;
server.on('request', onRequest);
server.on('checkContinue', onRequest);
server.on('checkExpectation', onRequest);
server.on('connect', onTunnel);
server.on('clientError', (error, socket) => {
  current.error ??= error.code ?? String(error);
  setImmediate(() => socket.destroy());  // let the requests before it end first
});

function frame(pieces) {
  return new Promise((resolve) => {
    current = {requests: [], error: null};
    const result = current;
    const socket = net.connect(server.address().port, '127.0.0.1');
    socket.on('error', () => {});
    socket.on('close', () => resolve(result));
    socket.resume();
    for (const piece of pieces) socket.write(Buffer.from(piece, 'base64'));
    socket.end();
  });
}

server.listen(0, '127.0.0.1', async () => {
  for await (const line of readline.createInterface({input: process.stdin})) {
    console.log(JSON.stringify(await frame(JSON.parse(line).pieces)));
  }
  server.close();
});
