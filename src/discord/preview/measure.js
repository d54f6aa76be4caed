// Measures every message as the browser has laid it out, and writes the figures into the page.
const SCREEN = 651;
const of = (kind) => [...document.querySelectorAll(`.dark[data-kind="${kind}"]`)];
const screens = (phone) => phone.querySelector(".message").offsetHeight / SCREEN;
const name = (phone) => phone.dataset.name;

// When a message arrives, its end is at the bottom of the screen.
function hidesItsBeginning(phone) {
  const message = phone.querySelector(".message").getBoundingClientRect();
  const first = phone.querySelector(".embed .text > *");
  return first !== null && message.bottom - first.getBoundingClientRect().bottom > SCREEN;
}

// A picture has its height only when it is loaded.
addEventListener("load", () => {
  const answers = of("answer").map((phone) => ({ name: name(phone), screens: screens(phone) }));
  const sorted = answers.map((answer) => answer.screens).sort((a, b) => a - b);
  const figures = {
    answers: answers.length,
    fit: sorted.filter((height) => height <= 1).length,
    median: sorted[Math.floor(sorted.length / 2)] ?? 0,
    tallest: sorted.at(-1) ?? 0,
    tall: answers.filter((answer) => answer.screens > 1).sort((a, b) => b.screens - a.screens),
    hidden: of("answer").filter(hidesItsBeginning).map(name),
    pages: of("page").map((phone) => ({ name: name(phone), screens: screens(phone) })),
  };
  document.getElementById("figures").textContent = JSON.stringify(figures);
  if (figures.answers > 0) {
    document.getElementById("summary").textContent =
      `${figures.fit} of ${figures.answers} answers fit on one screen; the tallest fills ` +
      `${figures.tallest.toFixed(2)}. The beginning of ${figures.hidden.length} is not visible when ` +
      "they arrive.";
  }
});
