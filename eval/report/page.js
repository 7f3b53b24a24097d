"use strict";

// Texts are data: they get into the page as text nodes only.
const data = JSON.parse(document.getElementById("data").textContent);
const list = document.getElementById("list");
const controls = document.getElementById("controls");
const count = document.getElementById("count");
const outcomes = Object.keys(data.outcomes);

function make(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children.filter((child) => child !== null));
  return made;
}

function text(name, content, attributes = {}) {
  return make(name, { dir: "auto", ...attributes }, content);
}

function badge(outcome) {
  return make("span", { class: `badge is-${outcome}` }, data.outcomes[outcome][0]);
}

const rows = data.questions.map((question, order) => {
  const changed = Boolean(question.former && question.former.changed);
  const facts = make("span", { class: "facts" });
  if (changed) facts.append(make("span", { class: "change" }, "was ", badge(question.former.outcome)));
  if (question.confidence !== undefined) facts.append(`confidence ${question.confidence.toFixed(2)}`);
  const details = make("details", {}, make("summary", {},
    badge(question.outcome),
    text("span", question.id, { class: "id" }),
    text("span", question.question, { class: "asked" }),
    facts));
  const row = { question, order, changed, details, item: make("li", {}, details), words: null };
  details.addEventListener("toggle", () => { if (details.open) fill(row); });
  return row;
});

// What a question opens to is drawn when it is opened: thousands at once would freeze the page.
function fill(row) {
  if (row.details.childElementCount > 1) return;
  const question = row.question;
  row.details.append(make("div", { class: "body" },
    make("div", { class: "sides" }, gold(question), answer(question)),
    why(question), scores(question)));
}

function part(title, ...children) {
  return make("section", {}, make("h4", {}, title), ...children);
}

function texts(items) {
  return make("ul", {}, ...items.map((item) => text("li", item)));
}

function gold(question) {
  const side = part("What is expected");
  if (question.history) {
    side.append(make("h5", {}, "Asked before"), make("ul", {},
      ...question.history.map(([role, said]) => make("li", {}, `${role}: `, text("bdi", said)))));
  }
  if (question.answerable === false) side.append(make("p", {}, "The documents do not answer this."));
  if (question.answers) side.append(make("h5", {}, "Accepted answers"), texts(question.answers));
  if (question.reference) side.append(make("h5", {}, "Reference"), text("p", question.reference));
  if (question.relevance) {
    side.append(make("h5", {}, "Relevant documents, with grade"), make("ul", {},
      ...Object.entries(question.relevance).map(([id, grade]) => make("li", {}, text("bdi", id), `: ${grade}`))));
  }
  if (question.gold) {
    side.append(make("h5", {}, "Gold places"), make("ol", { class: "quotes" },
      ...question.gold.map((quoted) => make("li", {}, ...quote(quoted, "gold")))));
  }
  return side;
}

function answer(question) {
  const side = part("What was answered");
  if (question.answer) {
    side.append(make("p", { dir: "auto", class: "answer" }, ...question.answer.map(([piece, numbers]) =>
      numbers.length ? make("mark", { class: "cited", title: `citation ${numbers.join(", ")}` }, piece) : piece)));
  } else {
    side.append(make("p", { class: "muted" },
      question.outcome === "searched" ? "Not asked." :
        question.failed ? "There is no answer." : "No text is kept in this run."));
  }
  const facts = [];
  if (question.short) facts.push(["short answer", question.short]);
  if (question.confidence !== undefined) facts.push(["confidence", question.confidence.toFixed(4)]);
  if (question.abstention) facts.push(["refused because", question.abstention.replaceAll("_", " ")]);
  if (facts.length) side.append(pairs(facts));
  if (question.sources) {
    side.append(make("h5", {}, "Cited"), make("ol", { class: "quotes" }, ...question.sources.map(source)));
  }
  if (question.former) {
    side.append(make("h5", {}, "Before"), make("p", {}, badge(question.former.outcome)),
      question.former.answer === null
        ? make("p", { class: "muted" }, "No text is kept in the former run.")
        : text("p", question.former.answer, { class: "answer" }));
  }
  return side;
}

function source(found) {
  const place = found.gold === null ? null :
    make("span", { class: found.gold ? "better" : "worse" }, found.gold ? "✓ at a gold place" : "✗ not at a gold place");
  const title = found.title ? text("cite", found.title) : null;
  return make("li", {}, make("p", { class: "source" }, make("b", {}, `[${found.citation}]`), title, place),
    ...quote(found.quote, "cited"));
}

function quote([id, start, end, before, quoted, after], kind) {
  const range = start === null || end === null ? [] : [` ${start}–${end}`];
  const where = make("p", { class: "where" }, text("bdi", id), ...range);
  if (!quoted) return [where];
  return [where, make("blockquote", { dir: "auto" }, before, make("mark", { class: kind }, quoted), after)];
}

function why(question) {
  return question.why ? part(question.failed ? "Why it failed" : "Why it is scored so", texts(question.why)) : null;
}

function scores(question) {
  const held = data.scores.map((label, i) => [label, question.scores[i]]).filter(([, value]) => value !== null);
  const tags = question.tags ? make("p", { class: "muted" }, "Tags: ", text("bdi", question.tags.join(", "))) : null;
  return held.length || tags
    ? part("Scores", pairs(held.map(([label, value]) => [label, String(Number(value.toFixed(4)))])), tags) : null;
}

function pairs(entries) {
  return make("dl", { class: "pairs" }, ...entries.map(([name, value]) =>
    make("div", {}, make("dt", {}, name), text("dd", value))));
}

// Everything that a person can see of a question can be searched for.
function words(row) {
  if (row.words === null) {
    const { id, question, answers, reference, answer: given, why: reasons, tags, former, sources, short } = row.question;
    row.words = [id, question, reference, short, ...(answers || []), ...(given || []).map(([piece]) => piece),
      ...(reasons || []), ...(tags || []), former && former.answer,
      ...(sources || []).flatMap((found) => [found.title, found.quote[0]]),
      ...(row.question.gold || []).map((quoted) => quoted[0])].filter(Boolean).join("\n").toLowerCase();
  }
  return row.words;
}

function by(key, direction) {
  const last = Infinity; // What has no value comes last either way.
  const value = (row) => (row.question[key] === undefined ? last : direction * row.question[key]);
  return (a, b) => (value(a) === value(b) ? 0 : value(a) - value(b));
}

const sorts = {
  "order": () => 0,
  "confidence-high": by("confidence", -1),
  "confidence-low": by("confidence", 1),
  "f1-high": by("f1", -1),
  "f1-low": by("f1", 1),
  "outcome": (a, b) => outcomes.indexOf(a.question.outcome) - outcomes.indexOf(b.question.outcome),
  "changed": (a, b) => b.changed - a.changed,
};

let sorted = null;

function show() {
  const form = new FormData(controls);
  const wanted = new Set(form.getAll("outcome"));
  const tag = form.get("tag");
  const terms = form.get("search").toLowerCase().split(/\s+/).filter(Boolean);
  for (const row of rows) {
    const { outcome, tags } = row.question;
    row.shown = (!wanted.size || wanted.has(outcome)) && (!tag || (tags || []).includes(tag)) &&
      (!form.has("changed") || row.changed) && terms.every((term) => words(row).includes(term));
  }
  const sort = form.get("sort");
  if (sort !== sorted) {
    rows.sort((a, b) => sorts[sort](a, b) || a.order - b.order);
    sorted = sort;
  }
  const shown = rows.filter((row) => row.shown);
  list.replaceChildren(...shown.map((row) => row.item));
  count.textContent = shown.length ? `${shown.length} of ${rows.length} questions shown` : "No question matches.";
}

// Opening goes in slices, so that the page stays alive, and stops when something else is asked for.
let opening = 0;

function expand() {
  const turn = ++opening;
  const waiting = rows.filter((row) => row.shown && !row.details.open);
  const slice = () => {
    if (turn !== opening) return;
    for (const row of waiting.splice(0, 40)) {
      fill(row);
      row.details.open = true;
    }
    if (waiting.length) setTimeout(slice);
  };
  slice();
}

function collapse() {
  opening += 1;
  for (const row of rows) row.details.open = false;
}

let pause = 0;
controls.addEventListener("input", () => {
  clearTimeout(pause);
  pause = setTimeout(show, 120);
});
controls.addEventListener("reset", () => setTimeout(show));
controls.addEventListener("submit", (event) => event.preventDefault());
document.getElementById("expand").addEventListener("click", expand);
document.getElementById("collapse").addEventListener("click", collapse);
controls.hidden = false;
show();
