using System.Text.Json.Nodes;
using ReleaseTools.Engine.Aws.Ecs;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Rollouts.Prechecks;

namespace ReleaseTools.Engine.Tests.Rollouts.Prechecks;

public sealed class RolePrecheckTests
{
    private const string Role = "arn:aws:iam::123456789012:role/shop-execution";
    private static readonly ContainerDefinition Plain = new("app", "nginx:1.27", Essential: true, LogConfiguration: null);
    private static readonly ContainerDefinition InEcr = Plain with { Image = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/web:latest" };
    private static readonly ContainerDefinition Logging = Plain with { LogConfiguration = new("awslogs", new Dictionary<string, string>()) };
    private static readonly ContainerDefinition WithSecret = Plain with { Secrets = [new("TOKEN", "token")] };
    private static readonly ContainerDefinition WithCredentials = Plain with { RepositoryCredentials = new("hub") };
    private static readonly ContainerDefinition WithLogSecret = Plain with { LogConfiguration = new("splunk", Options: null) { SecretOptions = [new("token", "token")] } };

    public static TheoryData<string, string, bool> Needs => new()
    {
        { nameof(Plain), "FARGATE", false },
        { nameof(InEcr), "FARGATE", true },
        { nameof(InEcr), "EC2", false },
        { nameof(InEcr), "EXTERNAL", true },
        { nameof(Logging), "FARGATE", true },
        { nameof(Logging), "EC2", false },
        { nameof(WithSecret), "EC2", true },
        { nameof(WithCredentials), "EC2", true },
        { nameof(WithLogSecret), "EC2", true },
    };

    [Theory]
    [MemberData(nameof(Needs))]
    public void An_execution_role_is_missed_only_where_it_is_needed(string container, string launchType, bool needed)
    {
        var missed = Check(new() { Container = ByName(container), LaunchType = launchType });
        var with = Check(new() { Container = ByName(container), LaunchType = launchType, Execution = Role });

        missed.Select(problem => problem.Id).ShouldBe(needed ? [nameof(Messages.ExecutionRoleMissing)] : []);
        with.ShouldBeEmpty();
    }

    [Fact]
    public void Fargate_Spot_is_Fargate() =>
        Check(new() { Container = Logging, LaunchType = null, Provider = "FARGATE_SPOT" }).ShouldHaveSingleItem().Id.ShouldBe(nameof(Messages.ExecutionRoleMissing));

    [Theory]
    [InlineData(Role)]
    [InlineData("arn:aws:iam::123456789012:role/team/shop/execution")]
    [InlineData("shop-execution")]
    public void Roles_that_can_be_meant_are_fine(string role) => Check(new() { Container = Plain, Execution = role, Task = role }).ShouldBeEmpty();

    [Theory]
    [InlineData("arn:aws:iam::123456789012:user/shop", "not the ARN of an IAM role")]
    [InlineData("arn:aws:iam:eu-west-1:123456789012:role/shop", "not the ARN of an IAM role")]
    [InlineData("arn:aws:iam::123456789012:role/", "not the ARN of an IAM role")]
    [InlineData("${aws_iam_role.shop.arn}", "neither a role's ARN nor its name")]
    [InlineData("arn:aws-cn:iam::123456789012:role/shop", "partition aws-cn")]
    [InlineData("arn:aws:iam::210987654321:role/shop", "account 210987654321")]
    public void Roles_that_cannot_be_meant_are_told_with_the_reason(string role, string why)
    {
        var problem = Check(new() { Container = Plain, Task = role }).ShouldHaveSingleItem();

        problem.Id.ShouldBe(nameof(Messages.RoleInvalid));
        problem.Target.ShouldBe("web");
        problem.Message.ShouldContain(why);
        problem.Message.ShouldContain("task role");
        problem.RecommendedAction.ShouldContain("task_role_arn");
    }

    private static List<ReleaseException> Check(Given given)
    {
        var definition = new TaskDefinition("arn:aws:ecs:eu-west-1:123456789012:task-definition/web:7", "web", 7, "ACTIVE", [given.Container], RuntimePlatform: null)
        {
            ExecutionRoleArn = given.Execution, TaskRoleArn = given.Task,
        };
        var service = new EcsService(null, "web", null, "ACTIVE", 1, 1, 0, null, null, null, null, null)
        {
            LaunchType = given.LaunchType, CapacityProviderStrategy = given.Provider is null ? null : [new JsonObject { ["capacityProvider"] = given.Provider }],
        };
        return [.. RolePrecheck.Check(PrecheckedTask.Of("web", service, definition), "aws")];
    }

    private static ContainerDefinition ByName(string name) => name switch
    {
        nameof(InEcr) => InEcr,
        nameof(Logging) => Logging,
        nameof(WithSecret) => WithSecret,
        nameof(WithCredentials) => WithCredentials,
        nameof(WithLogSecret) => WithLogSecret,
        _ => Plain,
    };

    private sealed record Given
    {
        public required ContainerDefinition Container { get; init; }

        public string? LaunchType { get; init; } = "FARGATE";

        public string? Provider { get; init; }

        public string? Execution { get; init; }

        public string? Task { get; init; }
    }
}
