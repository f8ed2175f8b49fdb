// The door of the testbed: for the tests of our packages, and not published.

export { bundleScript } from "./bundle-script.js";
export { chromiumPath, complaintsOf, startChromium } from "./chromium.js";
export { component } from "./component.js";
export { openFiles } from "./open-files.js";
export { type PageSite, servePage, type ServePageOptions } from "./serve-page.js";
