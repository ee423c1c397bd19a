# The infrastructure of the example, on Terraform's built-in provider only, so that `terraform apply` really runs
# without a network. In a real workspace these are aws_ecs_cluster, aws_ecr_repository, aws_sagemaker_endpoint, …
terraform {
  required_version = ">= 1.4"
}

locals {
  images = toset(["web-ui", "media-worker", "video-worker", "job-worker", "inference"])
}

resource "terraform_data" "cluster" {
  input = {
    name = var.name_prefix
    arn  = "arn:aws:ecs:${var.region}:${var.account}:cluster/${var.name_prefix}"
  }
}

resource "terraform_data" "repository" {
  for_each = local.images
  input    = "${var.registry}/${each.key}"
}

resource "terraform_data" "endpoint" {
  input = {
    name           = "${var.name_prefix}-inference"
    role_arn       = "arn:aws:iam::${var.account}:role/${var.name_prefix}-sagemaker"
    instance_type  = "ml.g4dn.xlarge"
    instance_count = 1
  }
}

resource "terraform_data" "codebuild" {
  input = "${var.name_prefix}-build"
}
