// What the browser's modules find in a page, as far as the tests need it: loaded before each test file.

import { registerHooks } from "node:module";

const VENDOR = {
  "vendor/tus/": "node_modules/tus-js-client/dist/",
  "vendor/uplot/": "node_modules/uplot/dist/",
};
const ROOT = new URL("../../", import.meta.url);

// The server serves libraries under /static/vendor/ (settings.STATICFILES_DIRS); here they are read where npm put them.
registerHooks({
  resolve(specifier, context, next) {
    for (const [served, stored] of Object.entries(VENDOR)) {
      const place = specifier.indexOf(served);
      if (place < 0) continue;
      const { url } = next(new URL(stored + specifier.slice(place + served.length), ROOT).href, context);
      return { url, format: "module", shortCircuit: true }; // as <script type="module"> takes it, whatever npm says
    }
    return next(specifier, context);
  },
});

// Django's catalogue of texts in English (browser_types/gettext.d.ts).
globalThis.gettext = (text) => text;
globalThis.ngettext = (one, many, n) => (n === 1 ? one : many);

globalThis.location = new URL("https://raut.example/sessions/");
globalThis.matchMedia = () => new EventTarget();
globalThis.HTMLInputElement = class {
  value = "csrf-token";
};
globalThis.document = {
  baseURI: location.href,
  documentElement: { lang: "en" },
  querySelector: (selector) => (selector === "input[name=csrfmiddlewaretoken]" ? new HTMLInputElement() : null),
};
