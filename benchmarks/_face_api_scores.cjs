// Runs in face-api's own folder: scores the faces of a raw file with its expression network, both mirror images not.
// node _face_api_scores.cjs FOLDER FACES.bin SIDE SCORES.bin; faces are uint8 (n, SIDE, SIDE), scores float32 (n, 7)
// in Raut's order. Each picture is given whole as one face, grey on all three channels.
const fs = require('fs');
const path = require('path');

const [folder, facesFile, sideText, scoresFile] = process.argv.slice(2);
const packages = path.join(path.resolve(folder), 'node_modules');
const ORDER = ['angry', 'disgusted', 'fearful', 'happy', 'sad', 'surprised', 'neutral'];

async function main() {
  const tf = require(path.join(packages, '@tensorflow/tfjs'));
  const wasm = require(path.join(packages, '@tensorflow/tfjs-backend-wasm'));
  wasm.setWasmPaths(path.join(packages, '@tensorflow/tfjs-backend-wasm/dist') + path.sep);
  wasm.setThreadsCount(1);
  const faceapi = require(path.join(packages, '@vladmandic/face-api/dist/face-api.node-wasm.js'));
  await tf.setBackend('wasm');
  await tf.ready();
  const net = faceapi.nets.faceExpressionNet;
  await net.loadFromDisk(path.join(packages, '@vladmandic/face-api/model'));
  const side = Number(sideText);
  const faces = fs.readFileSync(facesFile);
  const count = faces.length / (side * side);
  const scores = new Float32Array(count * ORDER.length);
  for (let at = 0; at < count; at += 1) {
    const grey = tf.tensor3d(faces.subarray(at * side * side, (at + 1) * side * side), [side, side, 1]);
    const picture = tf.tile(grey, [1, 1, 3]);
    const found = await net.predictExpressions(picture);
    ORDER.forEach((name, column) => { scores[at * ORDER.length + column] = found[name]; });
    tf.dispose([grey, picture]);
  }
  fs.writeFileSync(scoresFile, Buffer.from(scores.buffer));
}

main().catch((error) => { console.error(error); process.exit(1); });
