/**
 * The manifests and images of the folder {@code k8s} against the code they deploy: every field is one its kind knows, and names, ports,
 * paths, topics and times are those of the hub. {@link dev.caravan.k8s.Rendering} is what a cluster would get.
 */
package dev.caravan.k8s;
