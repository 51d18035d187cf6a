// Uploads a file by tus-js-client, as a program under Node does: node tus_upload.cjs ADDRESS TOKEN FILE
// Prints the job that the server made of it; every lost connection is left to the client.

const fs = require("node:fs");
const path = require("node:path");
const tus = require(path.resolve(__dirname, "../../node_modules/tus-js-client"));

const [address, token, file] = process.argv.slice(2);
let job = null;
const upload = new tus.Upload(fs.createReadStream(file), {
  endpoint: address,
  headers: { Authorization: `Bearer ${token}` },
  metadata: { filename: path.basename(file), title: "Walk" },
  uploadSize: fs.statSync(file).size,
  chunkSize: 100_000,
  retryDelays: new Array(40).fill(1500),
  onAfterResponse: (_request, response) => (job = response.getHeader("Raut-Job") ?? job),
  onError: (error) => {
    console.error(String(error));
    process.exit(1);
  },
  onSuccess: () => console.log(job),
});
upload.start();
