using Amazon.Runtime.Internal.Endpoints.StandardLibrary;
using ReleaseTools.Engine.Errors;

namespace ReleaseTools.Engine.Aws.Endpoints;

/// <summary>
/// Where a service is in a region. The hosts are those of the services' own endpoint rule sets
/// (<c>endpoint-rule-set-1.json</c> of the AWS service models); partitions and their DNS suffixes are the SDK's.
/// </summary>
/// <remarks>
/// <code>
/// plain              {prefix}.{region}.{dnsSuffix}
/// FIPS               {prefix}-fips.{region}.{dnsSuffix}
/// dual-stack         {prefix}.{region}.{dualStackDnsSuffix}        ecr: without "api."
/// both               {prefix}-fips.{region}.{dualStackDnsSuffix}   ecr: without "api."
/// </code>
/// Where a rule set departs from that it says so below.
/// </remarks>
public static class AwsEndpoints
{
    /// <summary>The endpoint of a service.</summary>
    /// <exception cref="ReleaseException">The region is no region, or its partition has no such endpoints.</exception>
    public static Uri Resolve(AwsService service, string region, bool useFips, bool useDualStack)
    {
        var partition = PartitionOf(region);
        if ((useFips && !partition.supportsFIPS) || (useDualStack && !partition.supportsDualStack))
            throw ReleaseException.For(nameof(Messages.AwsEndpointVariantMissing), ErrorKind.InvalidArgument, region, partition.name, useFips ? "FIPS" : "dual-stack");

        return new Uri($"https://{Host(service, region, partition, useFips, useDualStack)}/");
    }

    /// <summary>The partition of a region: <c>aws</c>, <c>aws-cn</c>, <c>aws-us-gov</c>, …; a region not yet known is taken by its pattern.</summary>
    /// <exception cref="ReleaseException">The region is no region.</exception>
    public static string PartitionName(string region) => PartitionOf(region).name;

    private static string Host(AwsService service, string region, Partition partition, bool useFips, bool useDualStack) =>
        (service.SigningName, partition.name, useFips, useDualStack) switch
        {
            // SageMaker's FIPS hosts carry the mark on "api" where they exist.
            ("sagemaker", "aws" or "aws-us-gov", true, false) => $"api-fips.sagemaker.{region}.amazonaws.com",
            // In GovCloud the plain endpoints of these are FIPS endpoints.
            ("sts" or "ssm" or "application-autoscaling", "aws-us-gov", true, false) => $"{service.EndpointPrefix}.{region}.amazonaws.com",
            ("logs", _, true, false) when region is "us-gov-east-1" or "us-gov-west-1" => $"logs.{region}.amazonaws.com",
            // The registry's API has hosts of its own in the dual-stack zone.
            ("ecr", _, _, true) => $"ecr{(useFips ? "-fips" : "")}.{region}.{partition.dualStackDnsSuffix}",
            // The plain hosts of Secrets Manager are dual-stack in these partitions.
            ("secretsmanager", "aws" or "aws-us-gov", _, true) or ("secretsmanager", "aws-cn", false, true) =>
                $"{service.EndpointPrefix}{(useFips ? "-fips" : "")}.{region}.{partition.dnsSuffix}",
            _ => $"{service.EndpointPrefix}{(useFips ? "-fips" : "")}.{region}.{(useDualStack ? partition.dualStackDnsSuffix : partition.dnsSuffix)}",
        };

    private static Partition PartitionOf(string region) =>
        Fn.IsValidHostLabel(region, allowSubDomains: false)
            ? Fn.Partition(region)
            : throw ReleaseException.For(nameof(Messages.AwsRegionInvalid), ErrorKind.InvalidArgument, region, region);
}
