/**
 * Recorded numbers of the reference modules, and the tests that compare with them. The folder they are read from is the system property
 * {@code caravan.golden}, else the test resources; cases are found by what their manifests say, not by their names, so another set of the
 * same layout runs with one property.
 */
@NullMarked
package dev.caravan.inference.golden;

import org.jspecify.annotations.NullMarked;
