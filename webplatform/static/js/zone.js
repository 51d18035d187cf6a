// Tells the server in which zone this browser is, so that pages tell times as the clock on the wall does.

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";
const known = document.cookie.split("; ").includes(`zone=${zone}`);
if (zone && !known) {
  const isSecure = location.protocol === "https:" ? "; Secure" : "";
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is there over https only, and this page is not
  document.cookie = `zone=${zone}; Path=/; Max-Age=31536000; SameSite=Lax${isSecure}`;
}
