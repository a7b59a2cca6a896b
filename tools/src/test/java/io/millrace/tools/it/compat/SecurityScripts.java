package io.millrace.tools.it.compat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.message.AlterUserScramCredentialsRequestData;
import org.apache.kafka.common.message.AlterUserScramCredentialsRequestData.ScramCredentialDeletion;
import org.apache.kafka.common.message.AlterUserScramCredentialsRequestData.ScramCredentialUpsertion;
import org.apache.kafka.common.message.CreateAclsRequestData;
import org.apache.kafka.common.message.CreateAclsRequestData.AclCreation;
import org.apache.kafka.common.message.CreateDelegationTokenRequestData;
import org.apache.kafka.common.message.CreateDelegationTokenRequestData.CreatableRenewers;
import org.apache.kafka.common.message.DeleteAclsRequestData;
import org.apache.kafka.common.message.DeleteAclsRequestData.DeleteAclsFilter;
import org.apache.kafka.common.message.DescribeAclsRequestData;
import org.apache.kafka.common.message.DescribeDelegationTokenRequestData;
import org.apache.kafka.common.message.DescribeDelegationTokenRequestData.DescribeDelegationTokenOwner;
import org.apache.kafka.common.message.DescribeUserScramCredentialsRequestData;
import org.apache.kafka.common.message.DescribeUserScramCredentialsRequestData.UserName;
import org.apache.kafka.common.message.ExpireDelegationTokenRequestData;
import org.apache.kafka.common.message.RenewDelegationTokenRequestData;

/** Rules, tokens and users of a broker that neither asks who its clients are nor has rules about them. */
final class SecurityScripts {
    private static final byte SHA_256 = 1;
    private static final byte SHA_512 = 2;

    private SecurityScripts() {}

    static void describeAcls(final Twins twins) {
        twins.ask("any", party -> aclFilter((byte) 1, (byte) 1, (byte) 1, (byte) 1));
        twins.ask(
                "one topic's",
                party -> aclFilter((byte) 2, (byte) 3, (byte) 3, (byte) 3)
                        .setResourceNameFilter("t")
                        .setPrincipalFilter("User:me")
                        .setHostFilter("*"));
        for (final byte odd : new byte[] {-1, 0, 99}) {
            twins.ask("resource " + odd, party -> aclFilter(odd, (byte) 1, (byte) 1, (byte) 1));
            twins.ask("pattern " + odd, party -> aclFilter((byte) 1, odd, (byte) 1, (byte) 1));
            twins.ask("operation " + odd, party -> aclFilter((byte) 1, (byte) 1, odd, (byte) 1));
            twins.ask("permission " + odd, party -> aclFilter((byte) 1, (byte) 1, (byte) 1, odd));
        }
    }

    private static DescribeAclsRequestData aclFilter(
            final byte resource, final byte pattern, final byte operation, final byte permission) {
        return new DescribeAclsRequestData()
                .setResourceTypeFilter(resource)
                .setPatternTypeFilter(pattern)
                .setOperation(operation)
                .setPermissionType(permission)
                .setResourceNameFilter(null)
                .setPrincipalFilter(null)
                .setHostFilter(null);
    }

    static void createAcls(final Twins twins) {
        twins.ask("one", party -> creations(creation()));
        twins.ask("two", party -> creations(creation(), creation().setPrincipal("nobody")));
        twins.ask("none", party -> new CreateAclsRequestData());
        for (final byte odd : new byte[] {-1, 0, 1, 99}) {
            twins.ask("resource " + odd, party -> creations(creation().setResourceType(odd)));
            twins.ask("pattern " + odd, party -> creations(creation().setResourcePatternType(odd)));
            twins.ask("operation " + odd, party -> creations(creation().setOperation(odd)));
            twins.ask("permission " + odd, party -> creations(creation().setPermissionType(odd)));
        }
        twins.ask("no name", party -> creations(creation().setResourceName("")));
        twins.ask("no principal", party -> creations(creation().setPrincipal("")));
    }

    private static AclCreation creation() {
        return new AclCreation()
                .setResourceType((byte) 2)
                .setResourceName("t")
                .setResourcePatternType((byte) 3)
                .setPrincipal("User:me")
                .setHost("*")
                .setOperation((byte) 3)
                .setPermissionType((byte) 3);
    }

    private static CreateAclsRequestData creations(final AclCreation... creations) {
        return new CreateAclsRequestData().setCreations(List.of(creations));
    }

    static void deleteAcls(final Twins twins) {
        twins.ask("any", party -> deletions(deletion()));
        twins.ask("two", party -> deletions(deletion(), deletion().setResourceTypeFilter((byte) 2)));
        twins.ask("none", party -> new DeleteAclsRequestData());
        for (final byte odd : new byte[] {-1, 0, 99}) {
            twins.ask("resource " + odd, party -> deletions(deletion().setResourceTypeFilter(odd)));
            twins.ask("pattern " + odd, party -> deletions(deletion().setPatternTypeFilter(odd)));
            twins.ask("operation " + odd, party -> deletions(deletion().setOperation(odd)));
            twins.ask("permission " + odd, party -> deletions(deletion().setPermissionType(odd)));
        }
    }

    private static DeleteAclsFilter deletion() {
        return new DeleteAclsFilter()
                .setResourceTypeFilter((byte) 1)
                .setPatternTypeFilter((byte) 1)
                .setOperation((byte) 1)
                .setPermissionType((byte) 1)
                .setResourceNameFilter(null)
                .setPrincipalFilter(null)
                .setHostFilter(null);
    }

    private static DeleteAclsRequestData deletions(final DeleteAclsFilter... filters) {
        return new DeleteAclsRequestData().setFilters(List.of(filters));
    }

    static void createToken(final Twins twins) {
        twins.ask("one's own", party -> new CreateDelegationTokenRequestData().setMaxLifetimeMs(1_000));
        twins.ask(
                "another's",
                party -> new CreateDelegationTokenRequestData()
                        .setOwnerPrincipalType("User")
                        .setOwnerPrincipalName("me")
                        .setMaxLifetimeMs(-1));
        twins.ask(
                "with renewers",
                party -> new CreateDelegationTokenRequestData()
                        .setRenewers(List.of(
                                new CreatableRenewers().setPrincipalType("User").setPrincipalName("me"))));
        twins.ask(
                "with odd renewers",
                party -> new CreateDelegationTokenRequestData()
                        .setRenewers(List.of(new CreatableRenewers()
                                .setPrincipalType("Group")
                                .setPrincipalName("me"))));
    }

    static void renewToken(final Twins twins) {
        twins.ask(
                "a token",
                party -> new RenewDelegationTokenRequestData()
                        .setHmac(new byte[8])
                        .setRenewPeriodMs(1_000));
        twins.ask("none", party -> new RenewDelegationTokenRequestData());
    }

    static void expireToken(final Twins twins) {
        twins.ask(
                "a token",
                party -> new ExpireDelegationTokenRequestData()
                        .setHmac(new byte[8])
                        .setExpiryTimePeriodMs(-1));
        twins.ask("none", party -> new ExpireDelegationTokenRequestData());
    }

    static void describeTokens(final Twins twins) {
        twins.ask("all", party -> new DescribeDelegationTokenRequestData().setOwners(null));
        twins.ask("none", party -> new DescribeDelegationTokenRequestData().setOwners(List.of()));
        twins.ask(
                "mine",
                party -> new DescribeDelegationTokenRequestData()
                        .setOwners(List.of(new DescribeDelegationTokenOwner()
                                .setPrincipalType("User")
                                .setPrincipalName("me"))));
    }

    static void users(final Twins twins) {
        twins.ask("none yet", party -> usersOf());
        twins.ask("all of none", party -> new DescribeUserScramCredentialsRequestData().setUsers(null));
        twins.ask("unknown", party -> usersOf("nobody"));
        twins.ask("one", party -> alteration(upsertion("alice", SHA_256)));
        twins.ask(
                "another mechanism",
                party -> alteration(upsertion("alice", SHA_512).setIterations(4_096)));
        twins.ask(
                "a new password",
                party -> alteration(upsertion("alice", SHA_256).setIterations(9_999)));
        twins.ask("two", party -> alteration(upsertion("bob", SHA_256), upsertion("carol", SHA_512)));
        described(twins);
        twins.ask("one twice", party -> alteration(upsertion("dave", SHA_256), upsertion("dave", SHA_512)));
        twins.ask(
                "one thrice",
                party ->
                        alteration(upsertion("dave", SHA_256), upsertion("dave", SHA_512), upsertion("dave", SHA_512)));
        twins.ask("no name", party -> alteration(upsertion("", SHA_256)));
        twins.ask("an odd name", party -> alteration(upsertion("a b=c,d", SHA_256)));
        for (final byte odd : new byte[] {-1, 0, 3, 99}) {
            twins.ask("mechanism " + odd, party -> alteration(upsertion("erin", odd)));
            twins.ask("without mechanism " + odd, party -> alteration(deletion("alice", odd)));
        }
        for (final int iterations : new int[] {-1, 0, 4_095, 4_096, 16_384, 16_385}) {
            twins.ask(
                    "iterations " + iterations,
                    party -> alteration(upsertion("frank", SHA_256).setIterations(iterations)));
        }
        twins.ask("no salt", party -> alteration(upsertion("grace", SHA_256).setSalt(new byte[0])));
        twins.ask("no password", party -> alteration(upsertion("heidi", SHA_256).setSaltedPassword(new byte[0])));
        twins.ask("good and bad", party -> alteration(upsertion("ivan", SHA_256), upsertion("judy", (byte) 9)));
        described(twins);
        twins.ask("away with one", party -> alteration(deletion("alice", SHA_256)));
        twins.ask("away with it again", party -> alteration(deletion("alice", SHA_256)));
        twins.ask("away with nobody", party -> alteration(deletion("nobody", SHA_256)));
        twins.ask("away with no name", party -> alteration(deletion("", SHA_256)));
        twins.ask("away and there", party -> {
            final AlterUserScramCredentialsRequestData request = alteration(deletion("bob", SHA_256));
            request.upsertions().add(upsertion("bob", SHA_256));
            return request;
        });
        twins.ask("away twice", party -> alteration(deletion("bob", SHA_256), deletion("bob", SHA_512)));
        twins.ask("nothing", party -> new AlterUserScramCredentialsRequestData());
        described(twins);
        twins.ask("some", party -> usersOf("alice", "nobody", "carol"));
        twins.ask("some twice", party -> usersOf("alice", "nobody", "alice", "nobody", "alice"));
        twins.ask("without a name", party -> usersOf(""));
        for (final String user : List.of("alice", "bob", "carol", "frank", "grace", "heidi", "ivan", "a b=c,d")) {
            twins.ask("away with " + user, party -> alteration(deletion(user, SHA_256)));
            twins.ask("away with the other of " + user, party -> alteration(deletion(user, SHA_512)));
        }
        described(twins);
    }

    private static void described(final Twins twins) {
        twins.askUntilEqual("described", party -> new DescribeUserScramCredentialsRequestData().setUsers(null));
    }

    private static DescribeUserScramCredentialsRequestData usersOf(final String... names) {
        final List<UserName> users = new ArrayList<>();
        for (final String name : names) {
            users.add(new UserName().setName(name));
        }
        return new DescribeUserScramCredentialsRequestData().setUsers(users);
    }

    private static ScramCredentialUpsertion upsertion(final String name, final byte mechanism) {
        return new ScramCredentialUpsertion()
                .setName(name)
                .setMechanism(mechanism)
                .setIterations(8_192)
                .setSalt("salt".getBytes(StandardCharsets.UTF_8))
                .setSaltedPassword("0123456789abcdef0123456789abcdef".getBytes(StandardCharsets.UTF_8));
    }

    private static ScramCredentialDeletion deletion(final String name, final byte mechanism) {
        return new ScramCredentialDeletion().setName(name).setMechanism(mechanism);
    }

    private static AlterUserScramCredentialsRequestData alteration(final ScramCredentialUpsertion... upsertions) {
        return new AlterUserScramCredentialsRequestData().setUpsertions(List.of(upsertions));
    }

    private static AlterUserScramCredentialsRequestData alteration(final ScramCredentialDeletion... deletions) {
        return new AlterUserScramCredentialsRequestData().setDeletions(List.of(deletions));
    }
}
