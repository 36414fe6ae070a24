package dev.caravan.api.loras;

import java.net.URI;
import java.util.Optional;

/**
 * An adapter that a client wants to have.
 *
 * @param uri        where it is; may hold a token, so it is neither logged nor shown
 * @param folder     sub-folder to put it in, unchecked
 * @param file       its name, unchecked; if empty, the server's is taken
 * @param otherwise  its name if the server proposes none
 * @param provenance what is recorded of it
 * @param sha256     what its bytes must come to, as the client wrote it
 * @param same       whether one that is there already will do, if it is the same; otherwise it is an error
 */
record LoraOrder(
        URI uri,
        Optional<String> folder,
        Optional<String> file,
        Optional<String> otherwise,
        LoraProvenance provenance,
        Optional<String> sha256,
        boolean same) {

    /** Says nothing of the address. */
    @Override
    public String toString() {
        return "LoraOrder[" + provenance.source() + "]";
    }
}
