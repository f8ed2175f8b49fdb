// The page: asks for readings at the pace of the slider, and shows what came of it.
import { connect } from "@sluice/net/browser";
import { feed } from "./feed.js";

const element = (id) => document.getElementById(id);
const show = (id, value) => {
  element(id).textContent = typeof value === "number" ? value.toLocaleString("en") : value;
};

const pace = element("pace");
pace.addEventListener("input", () => show("asked", Number(pace.value)));

const client = await connect("/feed", feed, { onState: (state) => show("state", state) });
show("state", client.state);

let taken = 0;
const last = [];
let request = () => {};
client.readings(undefined, { window: 256 }).subscribe({
  onSubscribe: (subscription) => {
    request = (count) => subscription.request(count);
  },
  onNext: ({ value }) => {
    taken += 1;
    last.push(value);
    if (last.length > 600) last.shift();
  },
  onError: (error) => show("state", error.message),
  onComplete: () => show("state", "completed"),
});

// Demand is the whole of it: twenty times a second a twentieth of the pace, and nothing while the last is not taken.
let asked = 0;
setInterval(() => {
  const count = Math.round(Number(pace.value) / 20);
  if (count === 0 || asked > taken) return;
  asked += count;
  request(count);
}, 50);

setInterval(async () => {
  const made = await client.made().catch(() => undefined);
  if (made === undefined) return;
  show("made", made);
  show("taken", taken);
  show("lead", Math.max(0, made - taken));
  const points = last.map((value, i) => `${i},${60 - 50 * value}`).join(" ");
  element("curve").firstElementChild.setAttribute("points", points);
}, 100);
