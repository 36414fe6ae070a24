package dev.caravan.inference.model;

import java.nio.file.Path;
import java.util.List;

/**
 * What a download is going to do.
 *
 * @param files to fetch
 * @param marks that stay until all is there: a directory with some of its files must not pass for a whole one
 */
record DownloadPlan(List<RemoteFile> files, List<Path> marks) {

    DownloadPlan {
        files = List.copyOf(files);
        marks = List.copyOf(marks);
    }

    /** Bytes of all files whose size is known. */
    long bytes() {
        return files.stream().mapToLong(file -> file.size().orElse(0)).sum();
    }
}
