/**
 * The hub as people use it: in a real, headless Chromium. {@link dev.caravan.browser.Chromium} drives it,
 * {@link dev.caravan.browser.SeedDocument} takes the published clients' code out of the documents, unmodified.
 * What is checked is the picture: pixels are read back, not only counters.
 * A class that waits for a frame rate has the tag {@code full-rate}: it runs when no other test does.
 */
package dev.caravan.browser;
