package dev.caravan.inference.model;

import java.util.List;

/**
 * Files of one repository on the model hub.
 *
 * @param repo  {@code owner/name}
 * @param files paths within the repository; one that ends in {@code /} is a whole directory
 */
public record Artifact(String repo, List<String> files) {

    public Artifact {
        if (!repo.matches("[A-Za-z0-9._-]+/[A-Za-z0-9._-]+")) {
            throw new IllegalArgumentException("a repository is written owner/name; " + repo + " given");
        }
        files = List.copyOf(files);
    }

    static Artifact of(String repo, String... files) {
        return new Artifact(repo, List.of(files));
    }

    /** The folder below the models folder where its files lie: the name without the owner. */
    public String folder() {
        return repo.substring(repo.indexOf('/') + 1);
    }
}
