using ReleaseTools.Engine.Rollouts.Prechecks;

namespace ReleaseTools.Engine.Tests.Rollouts.Prechecks;

public sealed class SecretReferenceTests
{
    private const string Secret = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:shop/db-AbCdEf";

    [Theory]
    [InlineData(Secret, Secret)]
    [InlineData(Secret + ":password::", Secret)]
    [InlineData(Secret + "::AWSPREVIOUS:", Secret)]
    [InlineData("arn:aws:ssm:eu-west-1:123456789012:parameter/shop/db", "/shop/db")]
    [InlineData("arn:aws:ssm:eu-west-1:123456789012:parameter/shop/db:3", null)]
    [InlineData("arn:aws:ssm:eu-west-1:123456789012:parameter/db", "db /db")]
    [InlineData("/shop/db", "/shop/db")]
    [InlineData("db", "db")]
    [InlineData("/shop/db:3", "/shop/db")]
    public void What_is_meant_is_looked_for(string valueFrom, string? names)
    {
        var reference = Parse(valueFrom);

        reference.Fault.ShouldBeNull();
        reference.NotLookedFor.ShouldBeNull();
        string.Join(' ', reference.Names).ShouldBe(names ?? "/shop/db");
        reference.IsSecret.ShouldBe(valueFrom.Contains("secretsmanager", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("", "neither an ARN nor the name")]
    [InlineData("my secret", "neither an ARN nor the name")]
    [InlineData("arn:aws:secretsmanager", "not a whole ARN")]
    [InlineData("arn:aws:s3:::bucket", "neither of a secret")]
    [InlineData("arn:aws:secretsmanager:eu-west-1:123456789012:secret:", "names no secret")]
    [InlineData("arn:aws:ssm:eu-west-1:123456789012:parameter/", "names no parameter")]
    [InlineData("arn:aws-cn:secretsmanager:cn-north-1:123456789012:secret:db", "partition aws-cn")]
    [InlineData(Secret + ":password", "every colon")] // the agent: "unexpected ARN format with parameters when trying to retrieve ASM secret"
    public void What_cannot_be_meant_is_a_fault(string valueFrom, string fault) => Parse(valueFrom).Fault.ShouldNotBeNull().ShouldContain(fault);

    [Theory]
    [InlineData("arn:aws:secretsmanager:us-east-1:123456789012:secret:db-AbCdEf", "us-east-1")]
    [InlineData("arn:aws:ssm:us-east-1:123456789012:parameter/db", "us-east-1")]
    [InlineData("arn:aws:ssm:eu-west-1:210987654321:parameter/db", "account 210987654321")]
    [InlineData("/aws/reference/secretsmanager/db", "AWS's own")]
    public void What_cannot_be_seen_from_here_is_not_looked_for(string valueFrom, string why)
    {
        var reference = Parse(valueFrom);

        (reference.Fault, reference.Names.Count).ShouldBe((null, 0));
        reference.NotLookedFor.ShouldNotBeNull().ShouldContain(why);
    }

    [Fact]
    public void A_registrys_credentials_are_a_secret_by_name_or_ARN()
    {
        Credentials("docker-hub").ShouldSatisfyAllConditions(named => named.IsSecret.ShouldBeTrue(), named => named.Names.ShouldBe(["docker-hub"]));
        Credentials(Secret).Names.ShouldBe([Secret]);
        Credentials("arn:aws:ssm:eu-west-1:123456789012:parameter/hub").Fault.ShouldNotBeNull().ShouldContain("Secrets Manager alone");
    }

    private static SecretReference Parse(string valueFrom) => SecretReference.Parse(valueFrom, "eu-west-1", "aws", "123456789012");

    private static SecretReference Credentials(string valueFrom) => SecretReference.ParseCredentials(valueFrom, "eu-west-1", "aws", "123456789012");
}
