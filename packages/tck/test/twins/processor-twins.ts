// Processors that break one rule each on purpose: the naive processor with one thing bent. What is wrong on one side alone
// is the matter of the twins of operators.

import type { Subscription } from "@sluice/core";
import type { ProcessorSubject } from "../../src/conformance/processor-subject.js";
import { processorSubject, ReferenceProcessor } from "./reference-processor.js";
import type { Twin } from "./twin.js";

/** Grows its side for errors only when it has an upstream. */
class GrowsLater extends ReferenceProcessor {
  constructor() {
    super();
    Object.defineProperty(this, "onError", { value: undefined, configurable: true });
  }

  override onSubscribe(subscription: Subscription): void {
    Reflect.deleteProperty(this, "onError");
    super.onSubscribe(subscription);
  }
}

/** Takes a missing subscription for an upstream that never sends. */
class TakesNoSubscription extends ReferenceProcessor {
  override onSubscribe(subscription: Subscription): void {
    if (subscription != null) super.onSubscribe(subscription);
  }
}

/** Tells a failure to who came first. */
class FailsTheFirst extends ReferenceProcessor {
  override onError(error: unknown): void {
    for (const link of [...this.links].slice(1)) this.links.delete(link);
    super.onError(error);
  }
}

/** Tells the good end to who came first. */
class CompletesTheFirst extends ReferenceProcessor {
  override onComplete(): void {
    for (const link of [...this.links].slice(1)) this.links.delete(link);
    super.onComplete();
  }
}

/** Asks upstream for the first item, and then waits until somebody asks again. */
class AsksWhenAsked extends ReferenceProcessor {
  override ask(): void {
    const [first, second] = this.links;
    if (first?.demand === 2 && second?.demand === 2) return;
    super.ask();
  }
}

/** Ends with the first subscriber that leaves. */
class LeavesWithAny extends ReferenceProcessor {
  override leave(link: Parameters<ReferenceProcessor["leave"]>[0]): void {
    const open = this.links.has(link) && this.end === undefined;
    super.leave(link);
    if (open && this.end === undefined) this.shutDown();
  }
}

function twin(
  rule: string,
  name: string,
  Wrong: new () => ReferenceProcessor,
  entails: readonly string[] = [],
): Twin<ProcessorSubject<number, number>> {
  return { rule, name, entails, subject: processorSubject(() => new Wrong()) };
}

export const processorTwins: readonly Twin<ProcessorSubject<number, number>>[] = [
  twin("§1.5", "completes only its first subscriber", CompletesTheFirst),
  twin("§2.1", "forgets what its subscribers asked for", AsksWhenAsked, ["§1.11"]),
  twin("§2.13", "takes a missing subscription", TakesNoSubscription),
  twin("§3.12", "ends with the first subscriber that leaves", LeavesWithAny, ["§1.10"]),
  twin("§4.1", "is no subscriber before it has an upstream", GrowsLater),
  twin("§4.2", "tells a failure only to its first subscriber", FailsTheFirst),
];
