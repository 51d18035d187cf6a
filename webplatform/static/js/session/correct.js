// "From here" and "to here": the moment that playback is at, written into a correction's form.

export function enableCorrections(player) {
  document.getElementById("watch").addEventListener("click", ({ target }) => {
    const name = target.closest("[data-here]")?.dataset.here;
    if (!name) return;
    target.closest("form").elements[name].value = (Math.round(player.timeMs) / 1000).toString();
  });
}
