// rsocket-flowable 0.0.27: the one peer on npm with Reactive Streams demand. It brings map and take; range,
// filter and scan are written here in the style of its own FlowableMapOperator.
import flowable from "rsocket-flowable";
import { add, increment, isEven, LOW_WATER, steps, WINDOW } from "../../local/work.mjs";

const { Flowable } = flowable;
const UNBOUNDED = Number.MAX_SAFE_INTEGER;

export function mapFilterSum(items) {
  let sum = 0;
  evens(items).subscribe({
    onSubscribe: (subscription) => subscription.request(UNBOUNDED),
    onNext: (item) => {
      sum += item;
    },
  });
  return sum;
}

/** L1b: 256 granted, 192 more each time 192 were taken. */
export function mapFilterSumOnDemand(items) {
  let sum = 0;
  let taken = 0;
  let upstream;
  evens(items).subscribe({
    onSubscribe: (subscription) => {
      upstream = subscription;
      subscription.request(WINDOW);
    },
    onNext: (item) => {
      sum += item;
      taken += 1;
      if (taken === LOW_WATER) {
        taken = 0;
        upstream.request(LOW_WATER);
      }
    },
  });
  return sum;
}

/** L1r: one item requested at a time, the next one from within onNext. */
export function mapFilterSumOneByOne(items) {
  let sum = 0;
  let upstream;
  evens(items).subscribe({
    onSubscribe: (subscription) => {
      upstream = subscription;
      subscription.request(1);
    },
    onNext: (item) => {
      sum += item;
      upstream.request(1);
    },
  });
  return sum;
}

export function tenMaps(items) {
  let sum = 0;
  steps
    .reduce((flow, step) => flow.map(step), range(items))
    .subscribe({
      onSubscribe: (subscription) => subscription.request(UNBOUNDED),
      onNext: (item) => {
        sum += item;
      },
    });
  return sum;
}

export function onePipelineEach(items) {
  let sum = 0;
  for (let i = 0; i < items; i += 1) {
    filter(range(1, i).map(increment), isEven).subscribe({
      onSubscribe: (subscription) => subscription.request(UNBOUNDED),
      onNext: (item) => {
        sum += item;
      },
    });
  }
  return sum;
}

export function idle(count) {
  const held = [];
  const consumer = {
    onSubscribe: (subscription) => {
      held.push(subscription);
      subscription.request(UNBOUNDED);
    },
  };
  for (let i = 0; i < count; i += 1) {
    const evenItems = filter(Flowable.never().map(increment), isEven).map(increment);
    scan(evenItems, { fn: add, seed: 0 }).take(count).subscribe(consumer);
  }
  return held;
}

export function runShape(stages, items) {
  let count = 0;
  stages.reduce(link, range(items)).subscribe(() => {
    count += 1;
  });
  return count;
}

function evens(items) {
  return filter(range(items).map(increment), isEven);
}

function link(flow, stage) {
  if (stage.kind === "map") return flow.map(stage.fn);
  if (stage.kind === "filter") return filter(flow, stage.fn);
  if (stage.kind === "scan") return scan(flow, stage);
  return flow.take(stage.count);
}

function range(items, first = 0) {
  return new Flowable((subscriber) => {
    subscriber.onSubscribe(new RangeSubscription(subscriber, first, first + items));
  });
}

function filter(flow, fn) {
  return flow.lift((subscriber) => new FilterOperator(subscriber, fn));
}

function scan(flow, { fn, seed }) {
  let state = seed;
  return flow.map((item) => {
    state = fn(state, item);
    return state;
  });
}

class RangeSubscription {
  constructor(subscriber, first, end) {
    this.subscriber = subscriber;
    this.end = end;
    this.next = first;
    this.demand = 0;
    this.running = false;
    this.ended = false;
  }

  request(n) {
    this.demand += n;
    if (this.running) return;
    this.running = true;
    while (this.demand > 0 && this.next < this.end && !this.ended) {
      this.demand -= 1;
      this.subscriber.onNext(this.next++);
    }
    this.running = false;
    if (this.next === this.end && !this.ended) {
      this.ended = true;
      this.subscriber.onComplete();
    }
  }

  cancel() {
    this.ended = true;
  }
}

class FilterOperator {
  constructor(subscriber, fn) {
    this.subscriber = subscriber;
    this.fn = fn;
    this.upstream = null;
  }

  onSubscribe(subscription) {
    this.upstream = subscription;
    this.subscriber.onSubscribe(subscription);
  }

  onNext(item) {
    if (this.fn(item)) this.subscriber.onNext(item);
    else this.upstream.request(1);
  }

  onError(error) {
    this.subscriber.onError(error);
  }

  onComplete() {
    this.subscriber.onComplete();
  }
}
