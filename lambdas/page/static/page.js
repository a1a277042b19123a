// Keeps the page true while it stays open: fetches it again, and turns what it says into "unknown"
// when that has run out. The time is the server's: Date and Age of the newest answer, and what has
// passed since. The visitor's clock may be wrong; only differences of it are used.
(() => {
  "use strict";
  const root = document.documentElement;
  const REFRESH_MS = 20000, TIMEOUT_MS = 10000;

  // Of two clocks the faster: the one stands still while a machine sleeps, the other may be set back.
  const mark = (server, steady = performance.now()) =>
    ({ server, steady, wall: Date.now() - (performance.now() - steady) });
  // What is known of the time before the first answer: the page is not older than its last poll.
  let clock = mark(Number(root.dataset.asOf), 0);
  const now = () => clock.server
    + Math.max(performance.now() - clock.steady, Date.now() - clock.wall, 0);

  const relative = new Intl.RelativeTimeFormat(root.lang, { numeric: "auto" });
  function ago(milliseconds) {
    const seconds = Math.max(0, Math.round(milliseconds / 1000));
    if (seconds < 60) return relative.format(-seconds, "second");
    if (seconds < 3600) return relative.format(-Math.floor(seconds / 60), "minute");
    if (seconds < 172800) return relative.format(-Math.floor(seconds / 3600), "hour");
    return relative.format(-Math.floor(seconds / 86400), "day");
  }

  const news = document.getElementById("news");
  const told = () => new Map([...document.querySelectorAll(".verdict[data-news]")]
    .map((one) => [one.dataset.news, one.dataset.status]));
  const icon = () => document.querySelector("link[rel=icon]");

  function expire() {
    for (const one of document.querySelectorAll(".verdict[data-valid-until]")) {
      if (now() < Number(one.dataset.validUntil)) continue;
      one.dataset.status = "Unknown";
      delete one.dataset.validUntil;
      if (one.dataset.unknownTitle) {
        document.title = one.dataset.unknownTitle;
        news.textContent = one.dataset.unknownTitle;
        icon().href = icon().dataset.unknown;
      }
    }
  }

  function tick() {
    expire();
    for (const one of document.querySelectorAll("time.ago")) {
      const text = `(${ago(now() - Date.parse(one.dateTime))})`;
      if (one.textContent !== text) one.textContent = text;
    }
  }

  let shown = document.querySelector("main").innerHTML, running = false, fetched = -Infinity;
  async function refresh() {
    if (running) return;
    running = true;
    fetched = performance.now();
    try {
      const answer = await fetch(location.href, {
        cache: "no-cache", credentials: "omit", signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      const date = Date.parse(answer.headers.get("Date"));
      if (!answer.ok || !date) return;
      const age = Number(answer.headers.get("Age")) || 0;
      // A date has whole seconds: what is cut off counts as passed, so that nothing lasts too long.
      const received = mark(date + (age + 1) * 1000);
      const text = await answer.text();
      clock = received;
      replace(new DOMParser().parseFromString(text, "text/html"));
    } catch {
      // No connection: what is shown runs out by itself.
    } finally {
      running = false;
      tick();
    }
  }

  function replace(fresh) {
    const before = told(), main = document.querySelector("main");
    const next = fresh.querySelector("main");
    if (!next || fresh.documentElement.lang !== root.lang || next.innerHTML === shown) return;
    shown = next.innerHTML;
    const focused = main.contains(document.activeElement) && document.activeElement;
    const links = [...main.querySelectorAll("a, input")];
    const position = focused ? links.indexOf(focused) : -1;
    const address = focused && focused.getAttribute("href");
    const typed = document.getElementById("search")?.value;
    main.replaceChildren(...next.childNodes);
    document.title = fresh.title;
    icon().replaceWith(document.importNode(fresh.querySelector("link[rel=icon]"), true));
    prepareSearch(typed);
    if (position >= 0) {
      const now = [...main.querySelectorAll("a, input")];
      (now.find((one) => address && one.getAttribute("href") === address) || now[position])
        ?.focus({ preventScroll: true });
    }
    const changed = [...told().keys()].filter((one) => !before.has(one));
    if (changed.length) news.textContent = changed.join(". ");
  }

  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  function prepareSearch(typed = "") {
    const input = document.getElementById("search");
    if (!input) return;
    const bridges = [...document.querySelectorAll(".bridges li")];
    const search = () => {
      const wanted = plain(input.value.trim());
      for (const one of bridges) {
        one.hidden = !plain(one.querySelector("a").textContent).includes(wanted);
      }
      document.querySelector(".nothing").hidden = bridges.some((one) => !one.hidden);
    };
    input.closest(".search").hidden = bridges.length < 6;
    input.addEventListener("input", search);
    input.value = typed;
    search();
  }

  prepareSearch();
  if (location.protocol === "file:") return;  // what is kept as a file tells of its own time
  tick();
  refresh();
  setInterval(() => {
    tick();
    if (!document.hidden && performance.now() - fetched >= REFRESH_MS) refresh();
  }, 1000);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) refresh();
  });
  addEventListener("online", refresh);
  addEventListener("pageshow", (event) => { if (event.persisted) refresh(); });
})();
