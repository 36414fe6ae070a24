package dev.caravan.inference.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AdapterFoldersTest {

    @TempDir
    private Path folder;

    private AdapterFolders folders;

    @BeforeEach
    void writeFiles() throws IOException {
        for (String file : List.of("own/ink.safetensors", "own/styles/oil.safetensors", "samples/sea.safetensors", "secret.safetensors",
                "own-not/ink.safetensors")) {
            Files.createDirectories(folder.resolve(file).getParent());
            Files.writeString(folder.resolve(file), "x");
        }
        folders = new AdapterFolders(folder.resolve("own"), Optional.of(folder.resolve("samples")));
    }

    @Test
    void aFileIsFoundAsItIsListedAndByItsNameInAFolder() throws PipelineException {
        Path oil = folder.resolve("own/styles/oil.safetensors");
        assertEquals(oil, folders.find(oil.toString()));
        assertEquals(oil, folders.find("styles/oil.safetensors"));
        assertEquals(oil, folders.find("./styles/../styles/oil.safetensors"));
        assertEquals(folder.resolve("samples/sea.safetensors"), folders.find("sea.safetensors"));
        assertEquals(List.of(oil.toString(), "styles/oil.safetensors"), folders.names(oil));
    }

    @ParameterizedTest
    @ValueSource(strings = {"FOLDER/secret.safetensors", "../secret.safetensors", "FOLDER/own/../secret.safetensors",
        "FOLDER/own-not/ink.safetensors", "/etc/hostname", "FOLDER/own", "styles", ".", "", "none.safetensors",
        "FOLDER/own/none.safetensors", "ink.safetensors\0", "a\nb\u202e"})
    void whatIsNoFileInsideIsRefusedWithoutItsFolder(String name) {
        PipelineException refused = assertThrows(PipelineException.class, () -> folders.find(name.replace("FOLDER", folder.toString())));
        String message = refused.getMessage();
        assertTrue(message.matches("the adapter \\S* is not in the LoRA folder; GET /api/v1/loras lists those that are"), message);
    }

    @Test
    void aLinkThatTheOwnerPutThereIsFollowed() throws Exception {
        Path link = Files.createSymbolicLink(folder.resolve("own/linked.safetensors"), folder.resolve("secret.safetensors"));
        assertEquals(link, folders.find("linked.safetensors"));
    }
}
