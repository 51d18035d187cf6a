// Shows the page anew once the work that it waits for has ended.

const EVERY_MS = 2000;

setInterval(async () => {
  const answer = await fetch(location.href).catch(() => null);
  if (answer?.ok && !(await answer.text()).includes("data-active")) location.reload();
}, EVERY_MS);
