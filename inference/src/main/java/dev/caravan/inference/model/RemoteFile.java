package dev.caravan.inference.model;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * One file as the hub describes it.
 *
 * @param path   within the repository, checked: it leads nowhere else
 * @param size   in bytes, if the hub tells
 * @param digest what its bytes come to, if the hub tells
 */
record RemoteFile(Artifact artifact, String path, OptionalLong size, Optional<Digest> digest) {

    /** {@code owner/name/path}, for messages. */
    String name() {
        return artifact.repo() + "/" + path;
    }

    /** Path below the models folder. */
    String stored() {
        return artifact.folder() + "/" + path;
    }
}
