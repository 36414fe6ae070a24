package dev.caravan.security;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.security.MessageDigest;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Who may know whom, and how secrets are compared. */
class SecurityArchitectureTest {

    private static final JavaClasses CLASSES =
            new ClassFileImporter().withImportOption(new ImportOption.DoNotIncludeTests()).importPackages("dev.caravan.security");

    @Test
    void securityKnowsSettingsAndNothingElseOfTheHub() {
        noClasses().should().dependOnClassesThat(
                        resideInAPackage("dev.caravan..").and(not(resideInAnyPackage("dev.caravan.security..", "dev.caravan.config..")))
                                .or(resideInAnyPackage("io.vertx..", "org.apache.camel..")))
                .check(CLASSES);
    }

    @Test
    void tokensAreComparedInTheSameTimeWhereverTheyDiffer() {
        classes().that().haveSimpleName("StaticTokens").should().callMethod(MessageDigest.class, "isEqual", byte[].class, byte[].class)
                .check(CLASSES);
        noClasses().that().haveSimpleName("StaticTokens").should().callMethod(String.class, "equals", Object.class)
                .orShould().callMethod(Arrays.class, "equals", byte[].class, byte[].class).check(CLASSES);
    }
}
