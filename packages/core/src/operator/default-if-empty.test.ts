import { ManualSubscriber, TestPublisher } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import { empty } from "../source/empty.js";
import { fromPublisher } from "../source/from-publisher.js";
import { of } from "../source/of.js";
import { defaultIfEmpty } from "./default-if-empty.js";
import { filter } from "./filter.js";

describe("defaultIfEmpty", () => {
  it("sends the item only in place of none", async () => {
    expect(await empty<number>().pipe(defaultIfEmpty(7)).toArray()).toEqual([7]);
    expect(await of(1, 2).pipe(defaultIfEmpty(7)).toArray()).toEqual([1, 2]);
    expect(await of(undefined).pipe(defaultIfEmpty(7)).toArray()).toEqual([undefined]);
    expect(await empty().pipe(defaultIfEmpty(undefined)).toArray()).toEqual([undefined]);
  });

  it("§1.1 holds the item until it is requested", () => {
    const subscriber = new ManualSubscriber<number>();
    empty<number>().pipe(defaultIfEmpty(7)).subscribe(subscriber);
    expect(subscriber.signals).toHaveLength(1);
    subscriber.request(1);
    expect([subscriber.items, subscriber.completed]).toEqual([[7], true]);
  });

  it("sends it at once when upstream completes under open demand", () => {
    const upstream = new TestPublisher<number>();
    const subscriber = new ManualSubscriber<number>();
    fromPublisher(upstream).pipe(defaultIfEmpty(7)).subscribe(subscriber);
    subscriber.request(2);
    subscriber.request(1);
    expect(upstream.requested).toBe(3);
    upstream.complete();
    expect([subscriber.items, subscriber.completed]).toEqual([[7], true]);
  });

  it("sends the error of an empty upstream, and no item", () => {
    const upstream = new TestPublisher<number>();
    const subscriber = new ManualSubscriber<number>();
    fromPublisher(upstream).pipe(defaultIfEmpty(7)).subscribe(subscriber);
    const failure = new Error("failed");
    upstream.error(failure);
    expect([subscriber.items, subscriber.error]).toEqual([[], failure]);
  });

  it("completes also when what is below drops the item", async () => {
    const none = filter(() => false);
    expect(await empty<number>().pipe(defaultIfEmpty(7), none).toArray()).toEqual([]);
  });

  it("§3.5 sends nothing once it was cancelled while it held the item", () => {
    const subscriber = new ManualSubscriber<number>();
    empty<number>().pipe(defaultIfEmpty(7)).subscribe(subscriber);
    subscriber.cancel();
    subscriber.request(1);
    expect(subscriber.signals).toHaveLength(1);
  });
});
