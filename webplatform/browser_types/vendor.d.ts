// The libraries that pages load from /static/vendor/.

declare module "*/vendor/tus/tus.min.js";

/** The built file of tus-js-client leaves its names here. */
declare var tus: typeof import("tus-js-client");
