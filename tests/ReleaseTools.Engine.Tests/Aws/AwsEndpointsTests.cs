using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Aws.Endpoints;
using ReleaseTools.Engine.Errors;

namespace ReleaseTools.Engine.Tests.Aws;

public sealed class AwsEndpointsTests
{
    /// <summary>
    /// Service, region, then the hosts: plain, FIPS, dual-stack, both. They are what another implementation (botocore
    /// 1.43) makes of the services' endpoint rule sets, with STS's regional endpoints.
    /// </summary>
    private const string Hosts =
        """
        ecs eu-west-1 ecs.eu-west-1.amazonaws.com ecs-fips.eu-west-1.amazonaws.com ecs.eu-west-1.api.aws ecs-fips.eu-west-1.api.aws
        ecs us-east-1 ecs.us-east-1.amazonaws.com ecs-fips.us-east-1.amazonaws.com ecs.us-east-1.api.aws ecs-fips.us-east-1.api.aws
        ecs cn-north-1 ecs.cn-north-1.amazonaws.com.cn ecs-fips.cn-north-1.amazonaws.com.cn ecs.cn-north-1.api.amazonwebservices.com.cn ecs-fips.cn-north-1.api.amazonwebservices.com.cn
        ecs us-gov-west-1 ecs.us-gov-west-1.amazonaws.com ecs-fips.us-gov-west-1.amazonaws.com ecs.us-gov-west-1.api.aws ecs-fips.us-gov-west-1.api.aws
        ecs us-gov-east-1 ecs.us-gov-east-1.amazonaws.com ecs-fips.us-gov-east-1.amazonaws.com ecs.us-gov-east-1.api.aws ecs-fips.us-gov-east-1.api.aws
        ecs us-iso-east-1 ecs.us-iso-east-1.c2s.ic.gov ecs-fips.us-iso-east-1.c2s.ic.gov ecs.us-iso-east-1.api.aws.ic.gov ecs-fips.us-iso-east-1.api.aws.ic.gov
        ecs eusc-de-east-1 ecs.eusc-de-east-1.amazonaws.eu ecs-fips.eusc-de-east-1.amazonaws.eu ecs.eusc-de-east-1.api.amazonwebservices.eu ecs-fips.eusc-de-east-1.api.amazonwebservices.eu
        ecr eu-west-1 api.ecr.eu-west-1.amazonaws.com api.ecr-fips.eu-west-1.amazonaws.com ecr.eu-west-1.api.aws ecr-fips.eu-west-1.api.aws
        ecr us-east-1 api.ecr.us-east-1.amazonaws.com api.ecr-fips.us-east-1.amazonaws.com ecr.us-east-1.api.aws ecr-fips.us-east-1.api.aws
        ecr cn-north-1 api.ecr.cn-north-1.amazonaws.com.cn api.ecr-fips.cn-north-1.amazonaws.com.cn ecr.cn-north-1.api.amazonwebservices.com.cn ecr-fips.cn-north-1.api.amazonwebservices.com.cn
        ecr us-gov-west-1 api.ecr.us-gov-west-1.amazonaws.com api.ecr-fips.us-gov-west-1.amazonaws.com ecr.us-gov-west-1.api.aws ecr-fips.us-gov-west-1.api.aws
        ecr us-gov-east-1 api.ecr.us-gov-east-1.amazonaws.com api.ecr-fips.us-gov-east-1.amazonaws.com ecr.us-gov-east-1.api.aws ecr-fips.us-gov-east-1.api.aws
        ecr us-iso-east-1 api.ecr.us-iso-east-1.c2s.ic.gov api.ecr-fips.us-iso-east-1.c2s.ic.gov ecr.us-iso-east-1.api.aws.ic.gov ecr-fips.us-iso-east-1.api.aws.ic.gov
        ecr eusc-de-east-1 api.ecr.eusc-de-east-1.amazonaws.eu api.ecr-fips.eusc-de-east-1.amazonaws.eu ecr.eusc-de-east-1.api.amazonwebservices.eu ecr-fips.eusc-de-east-1.api.amazonwebservices.eu
        sagemaker eu-west-1 api.sagemaker.eu-west-1.amazonaws.com api-fips.sagemaker.eu-west-1.amazonaws.com api.sagemaker.eu-west-1.api.aws api.sagemaker-fips.eu-west-1.api.aws
        sagemaker us-east-1 api.sagemaker.us-east-1.amazonaws.com api-fips.sagemaker.us-east-1.amazonaws.com api.sagemaker.us-east-1.api.aws api.sagemaker-fips.us-east-1.api.aws
        sagemaker cn-north-1 api.sagemaker.cn-north-1.amazonaws.com.cn api.sagemaker-fips.cn-north-1.amazonaws.com.cn api.sagemaker.cn-north-1.api.amazonwebservices.com.cn api.sagemaker-fips.cn-north-1.api.amazonwebservices.com.cn
        sagemaker us-gov-west-1 api.sagemaker.us-gov-west-1.amazonaws.com api-fips.sagemaker.us-gov-west-1.amazonaws.com api.sagemaker.us-gov-west-1.api.aws api.sagemaker-fips.us-gov-west-1.api.aws
        sagemaker us-gov-east-1 api.sagemaker.us-gov-east-1.amazonaws.com api-fips.sagemaker.us-gov-east-1.amazonaws.com api.sagemaker.us-gov-east-1.api.aws api.sagemaker-fips.us-gov-east-1.api.aws
        sagemaker us-iso-east-1 api.sagemaker.us-iso-east-1.c2s.ic.gov api.sagemaker-fips.us-iso-east-1.c2s.ic.gov api.sagemaker.us-iso-east-1.api.aws.ic.gov api.sagemaker-fips.us-iso-east-1.api.aws.ic.gov
        sagemaker eusc-de-east-1 api.sagemaker.eusc-de-east-1.amazonaws.eu api.sagemaker-fips.eusc-de-east-1.amazonaws.eu api.sagemaker.eusc-de-east-1.api.amazonwebservices.eu api.sagemaker-fips.eusc-de-east-1.api.amazonwebservices.eu
        codebuild eu-west-1 codebuild.eu-west-1.amazonaws.com codebuild-fips.eu-west-1.amazonaws.com codebuild.eu-west-1.api.aws codebuild-fips.eu-west-1.api.aws
        codebuild us-east-1 codebuild.us-east-1.amazonaws.com codebuild-fips.us-east-1.amazonaws.com codebuild.us-east-1.api.aws codebuild-fips.us-east-1.api.aws
        codebuild cn-north-1 codebuild.cn-north-1.amazonaws.com.cn codebuild-fips.cn-north-1.amazonaws.com.cn codebuild.cn-north-1.api.amazonwebservices.com.cn codebuild-fips.cn-north-1.api.amazonwebservices.com.cn
        codebuild us-gov-west-1 codebuild.us-gov-west-1.amazonaws.com codebuild-fips.us-gov-west-1.amazonaws.com codebuild.us-gov-west-1.api.aws codebuild-fips.us-gov-west-1.api.aws
        codebuild us-gov-east-1 codebuild.us-gov-east-1.amazonaws.com codebuild-fips.us-gov-east-1.amazonaws.com codebuild.us-gov-east-1.api.aws codebuild-fips.us-gov-east-1.api.aws
        codebuild us-iso-east-1 codebuild.us-iso-east-1.c2s.ic.gov codebuild-fips.us-iso-east-1.c2s.ic.gov codebuild.us-iso-east-1.api.aws.ic.gov codebuild-fips.us-iso-east-1.api.aws.ic.gov
        codebuild eusc-de-east-1 codebuild.eusc-de-east-1.amazonaws.eu codebuild-fips.eusc-de-east-1.amazonaws.eu codebuild.eusc-de-east-1.api.amazonwebservices.eu codebuild-fips.eusc-de-east-1.api.amazonwebservices.eu
        logs eu-west-1 logs.eu-west-1.amazonaws.com logs-fips.eu-west-1.amazonaws.com logs.eu-west-1.api.aws logs-fips.eu-west-1.api.aws
        logs us-east-1 logs.us-east-1.amazonaws.com logs-fips.us-east-1.amazonaws.com logs.us-east-1.api.aws logs-fips.us-east-1.api.aws
        logs cn-north-1 logs.cn-north-1.amazonaws.com.cn logs-fips.cn-north-1.amazonaws.com.cn logs.cn-north-1.api.amazonwebservices.com.cn logs-fips.cn-north-1.api.amazonwebservices.com.cn
        logs us-gov-west-1 logs.us-gov-west-1.amazonaws.com logs.us-gov-west-1.amazonaws.com logs.us-gov-west-1.api.aws logs-fips.us-gov-west-1.api.aws
        logs us-gov-east-1 logs.us-gov-east-1.amazonaws.com logs.us-gov-east-1.amazonaws.com logs.us-gov-east-1.api.aws logs-fips.us-gov-east-1.api.aws
        logs us-iso-east-1 logs.us-iso-east-1.c2s.ic.gov logs-fips.us-iso-east-1.c2s.ic.gov logs.us-iso-east-1.api.aws.ic.gov logs-fips.us-iso-east-1.api.aws.ic.gov
        logs eusc-de-east-1 logs.eusc-de-east-1.amazonaws.eu logs-fips.eusc-de-east-1.amazonaws.eu logs.eusc-de-east-1.api.amazonwebservices.eu logs-fips.eusc-de-east-1.api.amazonwebservices.eu
        sts eu-west-1 sts.eu-west-1.amazonaws.com sts-fips.eu-west-1.amazonaws.com sts.eu-west-1.api.aws sts-fips.eu-west-1.api.aws
        sts us-east-1 sts.us-east-1.amazonaws.com sts-fips.us-east-1.amazonaws.com sts.us-east-1.api.aws sts-fips.us-east-1.api.aws
        sts cn-north-1 sts.cn-north-1.amazonaws.com.cn sts-fips.cn-north-1.amazonaws.com.cn sts.cn-north-1.api.amazonwebservices.com.cn sts-fips.cn-north-1.api.amazonwebservices.com.cn
        sts us-gov-west-1 sts.us-gov-west-1.amazonaws.com sts.us-gov-west-1.amazonaws.com sts.us-gov-west-1.api.aws sts-fips.us-gov-west-1.api.aws
        sts us-gov-east-1 sts.us-gov-east-1.amazonaws.com sts.us-gov-east-1.amazonaws.com sts.us-gov-east-1.api.aws sts-fips.us-gov-east-1.api.aws
        sts us-iso-east-1 sts.us-iso-east-1.c2s.ic.gov sts-fips.us-iso-east-1.c2s.ic.gov sts.us-iso-east-1.api.aws.ic.gov sts-fips.us-iso-east-1.api.aws.ic.gov
        sts eusc-de-east-1 sts.eusc-de-east-1.amazonaws.eu sts-fips.eusc-de-east-1.amazonaws.eu sts.eusc-de-east-1.api.amazonwebservices.eu sts-fips.eusc-de-east-1.api.amazonwebservices.eu
        secretsmanager eu-west-1 secretsmanager.eu-west-1.amazonaws.com secretsmanager-fips.eu-west-1.amazonaws.com secretsmanager.eu-west-1.amazonaws.com secretsmanager-fips.eu-west-1.amazonaws.com
        secretsmanager us-east-1 secretsmanager.us-east-1.amazonaws.com secretsmanager-fips.us-east-1.amazonaws.com secretsmanager.us-east-1.amazonaws.com secretsmanager-fips.us-east-1.amazonaws.com
        secretsmanager cn-north-1 secretsmanager.cn-north-1.amazonaws.com.cn secretsmanager-fips.cn-north-1.amazonaws.com.cn secretsmanager.cn-north-1.amazonaws.com.cn secretsmanager-fips.cn-north-1.api.amazonwebservices.com.cn
        secretsmanager us-gov-west-1 secretsmanager.us-gov-west-1.amazonaws.com secretsmanager-fips.us-gov-west-1.amazonaws.com secretsmanager.us-gov-west-1.amazonaws.com secretsmanager-fips.us-gov-west-1.amazonaws.com
        secretsmanager us-gov-east-1 secretsmanager.us-gov-east-1.amazonaws.com secretsmanager-fips.us-gov-east-1.amazonaws.com secretsmanager.us-gov-east-1.amazonaws.com secretsmanager-fips.us-gov-east-1.amazonaws.com
        secretsmanager us-iso-east-1 secretsmanager.us-iso-east-1.c2s.ic.gov secretsmanager-fips.us-iso-east-1.c2s.ic.gov secretsmanager.us-iso-east-1.api.aws.ic.gov secretsmanager-fips.us-iso-east-1.api.aws.ic.gov
        secretsmanager eusc-de-east-1 secretsmanager.eusc-de-east-1.amazonaws.eu secretsmanager-fips.eusc-de-east-1.amazonaws.eu secretsmanager.eusc-de-east-1.api.amazonwebservices.eu secretsmanager-fips.eusc-de-east-1.api.amazonwebservices.eu
        ssm eu-west-1 ssm.eu-west-1.amazonaws.com ssm-fips.eu-west-1.amazonaws.com ssm.eu-west-1.api.aws ssm-fips.eu-west-1.api.aws
        ssm us-east-1 ssm.us-east-1.amazonaws.com ssm-fips.us-east-1.amazonaws.com ssm.us-east-1.api.aws ssm-fips.us-east-1.api.aws
        ssm cn-north-1 ssm.cn-north-1.amazonaws.com.cn ssm-fips.cn-north-1.amazonaws.com.cn ssm.cn-north-1.api.amazonwebservices.com.cn ssm-fips.cn-north-1.api.amazonwebservices.com.cn
        ssm us-gov-west-1 ssm.us-gov-west-1.amazonaws.com ssm.us-gov-west-1.amazonaws.com ssm.us-gov-west-1.api.aws ssm-fips.us-gov-west-1.api.aws
        ssm us-gov-east-1 ssm.us-gov-east-1.amazonaws.com ssm.us-gov-east-1.amazonaws.com ssm.us-gov-east-1.api.aws ssm-fips.us-gov-east-1.api.aws
        ssm us-iso-east-1 ssm.us-iso-east-1.c2s.ic.gov ssm-fips.us-iso-east-1.c2s.ic.gov ssm.us-iso-east-1.api.aws.ic.gov ssm-fips.us-iso-east-1.api.aws.ic.gov
        ssm eusc-de-east-1 ssm.eusc-de-east-1.amazonaws.eu ssm-fips.eusc-de-east-1.amazonaws.eu ssm.eusc-de-east-1.api.amazonwebservices.eu ssm-fips.eusc-de-east-1.api.amazonwebservices.eu
        application-autoscaling eu-west-1 application-autoscaling.eu-west-1.amazonaws.com application-autoscaling-fips.eu-west-1.amazonaws.com application-autoscaling.eu-west-1.api.aws application-autoscaling-fips.eu-west-1.api.aws
        application-autoscaling us-east-1 application-autoscaling.us-east-1.amazonaws.com application-autoscaling-fips.us-east-1.amazonaws.com application-autoscaling.us-east-1.api.aws application-autoscaling-fips.us-east-1.api.aws
        application-autoscaling cn-north-1 application-autoscaling.cn-north-1.amazonaws.com.cn application-autoscaling-fips.cn-north-1.amazonaws.com.cn application-autoscaling.cn-north-1.api.amazonwebservices.com.cn application-autoscaling-fips.cn-north-1.api.amazonwebservices.com.cn
        application-autoscaling us-gov-west-1 application-autoscaling.us-gov-west-1.amazonaws.com application-autoscaling.us-gov-west-1.amazonaws.com application-autoscaling.us-gov-west-1.api.aws application-autoscaling-fips.us-gov-west-1.api.aws
        application-autoscaling us-gov-east-1 application-autoscaling.us-gov-east-1.amazonaws.com application-autoscaling.us-gov-east-1.amazonaws.com application-autoscaling.us-gov-east-1.api.aws application-autoscaling-fips.us-gov-east-1.api.aws
        application-autoscaling us-iso-east-1 application-autoscaling.us-iso-east-1.c2s.ic.gov application-autoscaling-fips.us-iso-east-1.c2s.ic.gov application-autoscaling.us-iso-east-1.api.aws.ic.gov application-autoscaling-fips.us-iso-east-1.api.aws.ic.gov
        application-autoscaling eusc-de-east-1 application-autoscaling.eusc-de-east-1.amazonaws.eu application-autoscaling-fips.eusc-de-east-1.amazonaws.eu application-autoscaling.eusc-de-east-1.api.amazonwebservices.eu application-autoscaling-fips.eusc-de-east-1.api.amazonwebservices.eu
        """;

    public static TheoryData<string, string, string, string, string, string> Rows
    {
        get
        {
            var data = new TheoryData<string, string, string, string, string, string>();
            foreach (var row in Hosts.Split('\n').Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)))
                data.Add(row[0], row[1], row[2], row[3], row[4], row[5]);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void Endpoints_are_those_of_the_services_rule_sets(string signingName, string region, string plain, string fips, string dualStack, string both)
    {
        var service = AwsService.All.Single(service => service.SigningName == signingName);

        AwsEndpoints.Resolve(service, region, useFips: false, useDualStack: false).Host.ShouldBe(plain);
        AwsEndpoints.Resolve(service, region, useFips: true, useDualStack: false).Host.ShouldBe(fips);
        AwsEndpoints.Resolve(service, region, useFips: false, useDualStack: true).Host.ShouldBe(dualStack);
        AwsEndpoints.Resolve(service, region, useFips: true, useDualStack: true).Host.ShouldBe(both);
    }

    [Theory]
    [InlineData("eu-west-1", "aws")]
    [InlineData("eu-west-99", "aws")]
    [InlineData("cn-northwest-1", "aws-cn")]
    [InlineData("us-gov-east-1", "aws-us-gov")]
    public void A_region_belongs_to_a_partition_even_when_it_is_new(string region, string partition) => AwsEndpoints.PartitionName(region).ShouldBe(partition);

    [Theory]
    [InlineData("eu west 1")]
    [InlineData("evil.example/")]
    [InlineData("a.b")]
    public void What_cannot_stand_in_a_host_is_no_region(string region) =>
        Should.Throw<ReleaseException>(() => AwsEndpoints.PartitionName(region)).Id.ShouldBe(nameof(Messages.AwsRegionInvalid));
}
